import type { Readable } from "node:stream";

const maxBytes = 65_536;
const maxMs = 1000;

/**
 * What came within 64 KB and a second; the rest is dropped with its connection. Never rejects: the status has
 * decided already, and a receiver that drips or floods its answer cannot hold the lane.
 */
export async function readAnswer(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), maxMs);
  body.on("error", () => undefined);
  try {
    for await (const chunk of body) {
      const data = Buffer.from(chunk as Uint8Array);
      chunks.push(data.subarray(0, maxBytes - bytes));
      bytes += data.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    // What came before is enough.
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}
