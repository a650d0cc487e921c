import { isSmall } from "./canonical.ts";
import { unrecognized } from "./fields.ts";
import { historyError, historyMessage, historyProgress } from "./history.ts";
import { isEmpty, type Job, rest } from "./job.ts";
import { isRecord, type Json, own } from "./pick.ts";

/** What a chunk and a thread say of themselves travels with each of their messages, up to this size. */
const largestCarried = 1_024;

/** A chunk of `history[]`: its messages, its errors, and what is in no known place. */
export function* splitHistory(
  chunk: Json,
  path: string,
  problem: (path: string, reason: string) => void,
): Generator<Job> {
  const known = new Set<string>();
  const metadata = carried(chunk, "metadata", known);
  const frame = metadata === undefined ? {} : { metadata };
  const errors = own(chunk, "errors");
  let found = 0;
  if (Array.isArray(errors) && errors.some(isRecord)) {
    known.add("errors");
    found += 1;
    const item = { ...frame, errors };
    yield { item, path, understand: historyError, part: { history: [item] } };
  }
  const threads = own(chunk, "threads");
  if (Array.isArray(threads)) {
    known.add("threads");
    for (const [i, thread] of threads.entries()) {
      found += 1;
      const threadPath = `${path}.threads[${i}]`;
      if (isRecord(thread)) yield* splitThread(thread, frame, threadPath, problem);
      else problem(threadPath, "is not an object");
    }
  }
  if (found === 0) yield* splitEmpty(chunk, metadata, known, path);
  else yield* leftOf(chunk, known, path);
}

/** A chunk without messages or errors: how far the sync is, and what else it says. */
function* splitEmpty(
  chunk: Json,
  metadata: Json | undefined,
  known: ReadonlySet<string>,
  path: string,
): Generator<Job> {
  const understand = metadata && historyProgress(metadata);
  if (understand === undefined) return yield* leftOf(chunk, new Set(), path);
  const part = { history: [{ metadata }] };
  yield { item: part, path, understand, part, impersonal: true };
  yield* leftOf(chunk, known, path);
}

function* leftOf(chunk: Json, known: ReadonlySet<string>, path: string): Generator<Job> {
  const left = rest(chunk, known);
  if (left !== undefined) yield leftover({ history: [left] }, path);
}

function* splitThread(
  thread: Json,
  frame: { readonly metadata?: Json },
  path: string,
  problem: (path: string, reason: string) => void,
): Generator<Job> {
  const known = new Set<string>();
  const id = own(thread, "id");
  const threadFrame: { id?: unknown; context?: Json } = {};
  if (id !== undefined && isSmall(id, largestCarried)) {
    known.add("id");
    threadFrame.id = id;
  }
  const context = carried(thread, "context", known);
  if (context !== undefined) threadFrame.context = context;
  const place = { ...frame, thread: threadFrame };
  const part = (inThread: Json): Json => ({ history: [{ ...frame, threads: [inThread] }] });

  const messages = own(thread, "messages");
  let found = 0;
  if (Array.isArray(messages)) {
    known.add("messages");
    const understand = historyMessage(place);
    for (const [i, item] of messages.entries()) {
      found += 1;
      const itemPath = `${path}.messages[${i}]`;
      if (!isRecord(item)) problem(itemPath, "is not an object");
      else {
        const inThread = { ...threadFrame, messages: [item] };
        yield { item, path: itemPath, understand, part: part(inThread), takesErrors: true };
      }
    }
  }
  const left = found === 0 ? rest(thread, new Set()) : rest(thread, known);
  if (left !== undefined) yield leftover(part(left), path);
}

function leftover(part: Json, path: string): Job {
  return { item: part, path, understand: unrecognized, part, impersonal: true };
}

/** An object small enough to go with each item; noted in `known`. */
function carried(source: Json, key: string, known: Set<string>): Json | undefined {
  const value = own(source, key);
  if (!isRecord(value) || isEmpty(value) || !isSmall(value, largestCarried)) return undefined;
  known.add(key);
  return value;
}
