import { Router } from "express";
import { type AbsentFile, DeliveryError, type KeptFile } from "../../contracts.ts";
import { sendFile } from "../../support/send-file.ts";
import { auditNow } from "../access/audit.ts";
import { sees } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { Problem, unavailable } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";

export interface MediaParts {
  /** By Meta's media id. Absent: no files are fetched. */
  readonly findFile?: (mediaId: string) => Promise<KeptFile | AbsentFile | undefined>;
}

/** The files of messages. */
export function createMediaRoutes({ findFile }: MediaParts): Router {
  const router = Router();
  router.get("/media/:id", requireValidated, async ({ params, method }, response) => {
    if (findFile === undefined)
      throw absent("Files are not fetched: META_ACCESS_TOKEN is not set.");
    try {
      const file = await findFile(String(params["id"]));
      if (file === undefined || !sees(viewerOf(response), file.account))
        throw absent("It was never fetched, or its time is over.");
      if ("absent" in file) throw absent(sentence(file.absent));
      await auditNow(response, "begun");
      await sendFile(response, file, { head: method === "HEAD" });
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      throw unavailable("files-unavailable", "The place where files are kept does not answer now.");
    }
  });
  return router;
}

function absent(detail: string): Problem {
  return new Problem(404, "no-file", "There is no such file.", { detail });
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
