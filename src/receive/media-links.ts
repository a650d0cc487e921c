import type { RequestHandler } from "express";
import type { KeptFile } from "../contracts.ts";
import { sendFile } from "../support/send-file.ts";

/** `/media/<id>`; what is no id of Meta's is not found. */
export const mediaPath = /^\/media\/([\w-]{1,128})$/;

/** The file of a link that is good; undefined: it is not, or there is no such file. Rejects where nobody can say now. */
export type FindLinked = (
  mediaId: string,
  signed: { readonly e?: unknown; readonly s?: unknown },
) => Promise<KeptFile | undefined>;

/** Answers a signed link. Why not is never said, and nothing of it is logged: whoever has the address has the file. */
export function answerMediaLink(find: FindLinked): RequestHandler {
  return async ({ method, params, query }, response) => {
    if (method !== "GET" && method !== "HEAD") {
      response.status(405).set("Allow", "GET, HEAD").end();
      return;
    }
    try {
      const file = await find(String(params["0"]), query);
      if (file === undefined) response.status(404).end();
      else await sendFile(response, file, { head: method === "HEAD" });
    } catch {
      if (response.headersSent) response.destroy();
      else response.status(503).set("Retry-After", "5").end();
    }
  };
}
