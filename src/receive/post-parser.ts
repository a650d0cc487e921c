import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Log } from "../support/log.ts";
import { scanJson } from "./json.ts";
import { type PackedPost, packJob, type SourceOfJob, unpackPost } from "./parse-job.ts";
import { keepWhole, type ParsedPost, type PostStamp, parsePost } from "./parse-post.ts";
import type { CompiledSource } from "./sources/compile-source.ts";
import type { VerifiedBody } from "./verified-body.ts";

/** What the main thread parses itself: a few milliseconds at most. The rest goes to the thread. */
const inline = { bytes: 32_768, tokens: 2_000 };
const jobMs = 10_000;
const threadHeapMb = 512;

export interface PostParser {
  /** Never rejects; see `parsePost`. The event loop is not blocked for more than milliseconds. */
  parse(body: VerifiedBody, stamp: PostStamp): Promise<ParsedPost> | ParsedPost;
  /** The same of a body that is a source's. */
  parseOf(
    source: CompiledSource,
    body: VerifiedBody,
    stamp: PostStamp,
    contentType?: string,
  ): Promise<ParsedPost> | ParsedPost;
  /** Starts the thread, which the first large POST would else wait for. */
  warm(): void;
  close(): Promise<void>;
}

export interface PostParserOptions {
  readonly log: Log;
  /** The thread's program; tests pass ones that hang or die. */
  readonly thread?: URL;
  /** A thread that needs longer for one POST is ended, and the POST kept whole. */
  readonly jobMs?: number;
}

/** Small POSTs on the spot, large ones, one after the other, in a thread that starts with the first unless it is warm. */
export function createPostParser(options: PostParserOptions): PostParser {
  const { log } = options;
  let thread: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const running = () => {
    thread ??= startThread(options.thread ?? threadFile(), () => {
      thread = undefined;
    });
    return thread;
  };

  const parseInThread = async (body: VerifiedBody, stamp: PostStamp, of?: SourceOfJob) => {
    let used: Worker | undefined;
    try {
      used = running();
      used.postMessage(packJob(body, stamp, of));
      return await unpackPost(await nextAnswer(used, options.jobMs ?? jobMs));
    } catch (error) {
      log.error("a POST could not be read and is kept whole", { postId: stamp.postId, error });
      await used?.terminate();
      return keepWhole(body, stamp, "could not be read in time");
    }
  };

  const parseInTurn = (body: VerifiedBody, stamp: PostStamp, of?: SourceOfJob) => {
    const post = last.then(() => parseInThread(body, stamp, of));
    last = post.catch(() => undefined);
    return post;
  };

  return {
    parse(body, stamp) {
      if (body.length <= inline.bytes) {
        const scanned = scanJson(body);
        if ("unreadable" in scanned || scanned.tokens <= inline.tokens) {
          return parsePost(body, stamp, scanned);
        }
      }
      return parseInTurn(body, stamp);
    },
    parseOf(source, body, stamp, contentType) {
      if (body.length <= inline.bytes) return source.parse(body, stamp, contentType);
      const { rules } = source;
      return parseInTurn(body, stamp, { rules, ...(contentType && { contentType }) });
    },
    warm: () => void running(),
    async close() {
      await thread?.terminate();
      await last;
      await thread?.terminate();
    },
  };
}

function threadFile(): URL {
  const isSource = extname(import.meta.url) === ".ts";
  return new URL(isSource ? "./parse-worker-dev.mjs" : "./parse-worker.js", import.meta.url);
}

function startThread(file: URL, onExit: () => void): Worker {
  const thread = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: threadHeapMb } });
  thread.once("exit", onExit);
  // Between jobs nobody else listens, and an error that nobody hears ends the process.
  thread.on("error", () => undefined);
  thread.unref();
  return thread;
}

function nextAnswer(thread: Worker, withinMs: number): Promise<PackedPost> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number) =>
      settle(() => reject(new Error(`the thread ended with ${code}`)));
    const onError = (error: Error) => settle(() => reject(error));
    const onMessage = (post: PackedPost) => settle(() => resolve(post));
    const timer = setTimeout(() => onError(new Error("the thread took too long")), withinMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      thread.off("exit", onExit).off("error", onError).off("message", onMessage);
      end();
    };
    thread.on("exit", onExit).on("error", onError).on("message", onMessage);
  });
}
