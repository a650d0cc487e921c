/** The thread that fetches files; see downloader.ts. */
import { parentPort } from "node:worker_threads";
import { Agent } from "undici";
import { download } from "./download.ts";
import { type FetchAbort, type FetchAnswer, type FetchJob, packFailure } from "./fetch-job.ts";

const dispatcher = new Agent({
  connect: { timeout: 5_000 },
  headersTimeout: 10_000,
  bodyTimeout: 20_000,
});
const running = new Map<number, AbortController>();

parentPort?.on("message", async (asked: FetchJob | FetchAbort) => {
  if ("abort" in asked) running.get(asked.abort)?.abort();
  else parentPort?.postMessage(await answerTo(asked));
});

async function answerTo({ id, mediaId, expected, options }: FetchJob): Promise<FetchAnswer> {
  const attempt = new AbortController();
  running.set(id, attempt);
  try {
    const { signal } = attempt;
    return { id, got: await download(mediaId, expected, { ...options, dispatcher, signal }) };
  } catch (error) {
    return { id, failed: packFailure(error) };
  } finally {
    running.delete(id);
  }
}
