import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { DeliveryError } from "../../contracts.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import type { Download } from "./download.ts";
import { type FetchAnswer, type FetchJob, unpackFailure } from "./fetch-job.ts";

export interface Downloader {
  /** As `download`, in a thread that starts with the first. Throws DeliveryError or AbsentFileError. */
  download(job: Omit<FetchJob, "id">, signal: AbortSignal): Promise<Download>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (got: Download) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Files are fetched in a thread of their own. Every 64 KB that are read are memory outside of the heap, which makes the garbage collector
 * mark the whole heap after some ten files of 1 MB: in the main thread that holds up requests for 10 to 30 ms, in this one nobody.
 */
export function createDownloader(thread = threadFile()): Downloader {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let last = 0;

  const settle = (id: number, end: (one: Waiting) => void) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
    if (one !== undefined) end(one);
  };
  const running = () => {
    if (worker !== undefined) return worker;
    const started = new Worker(thread);
    started.on("message", ({ id, got, failed }: FetchAnswer) =>
      settle(id, ({ resolve, reject }) => {
        if (got !== undefined) resolve({ ...got, head: Buffer.from(got.head) });
        else reject(unpackFailure(failed ?? { message: "no answer", absent: false }));
      }),
    );
    // It ends with it; an error that nobody hears would end the process.
    let cause: unknown;
    started.on("error", (error) => {
      cause = error;
    });
    started.once("exit", () => {
      worker = undefined;
      const ended = new DeliveryError("outage", "the thread that fetches files ended", { cause });
      for (const id of [...waiting.keys()]) settle(id, ({ reject }) => reject(ended));
    });
    worker = started;
    return started;
  };

  return {
    async download(job, signal) {
      throwIfAborted(signal);
      const id = ++last;
      const used = running();
      const abort = () => used.postMessage({ abort: id });
      signal.addEventListener("abort", abort, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          used.ref();
          used.postMessage({ id, ...job } satisfies FetchJob);
        });
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    close: async () => void (await worker?.terminate()),
  };
}

function threadFile(): URL {
  const isSource = extname(import.meta.url) === ".ts";
  return new URL(isSource ? "./fetch-worker-dev.mjs" : "./fetch-worker.js", import.meta.url);
}
