import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { attachment } from "./attachment.ts";

/**
 * Answers with a file that strangers made: saved, never shown or run. Whole, or the connection breaks off before its length is
 * reached. `open` may reject while nothing has been sent; resolves when the answer is out, or its reader gone.
 */
export async function sendFile(
  response: ServerResponse,
  file: {
    readonly name: string;
    readonly type: string;
    readonly bytes: number;
    open(): Promise<Readable>;
  },
  { head = false }: { readonly head?: boolean } = {},
): Promise<void> {
  const stream = head ? undefined : await file.open();
  response.writeHead(200, {
    "Content-Type": file.type,
    "Content-Length": file.bytes,
    "Content-Disposition": attachment(file.name),
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
  });
  if (stream === undefined) return void response.end();
  // Either side may be gone: the other ends with it.
  await pipeline(stream, response).catch(() => response.destroy());
}
