import type { WaypostEvent } from "../event/generated.ts";
import { isRecord, type Json, own } from "./normalize/pick.ts";
import { frameOf, OCCURRENCE, placeOf } from "./normalize/place.ts";
import { splitChange } from "./normalize/split-change.ts";
import {
  createOutput,
  type Output,
  type PostContext,
  type Problem,
  TooManyItemsError,
} from "./normalize/to-event.ts";

export { DATAVERSION } from "./normalize/to-event.ts";

export interface Normalized {
  readonly events: WaypostEvent[];
  /** Where something could not be understood, at most 1,000: the POST belongs into quarantine too. */
  readonly problems: Problem[];
}

const OBJECT = "whatsapp_business_account";
const envelopeKeys = new Set(["entry"]);
const entryKeys = new Set(["changes"]);
const changeKeys = new Set(["value", OCCURRENCE]);

/**
 * Every item of every change of every entry as an event of its own. Pure and total: one bad item becomes a problem
 * and its siblings flow on. Each event's `raw` normalizes to the same event. More than 25,000 items are one problem.
 */
export function normalize(envelope: unknown, context: PostContext): Normalized {
  const taken = takeApart(envelope, context);
  return { events: withRaw(taken, envelope), problems: taken.problems };
}

/** The same, without `raw` yet. */
export interface TakenApart extends Normalized {
  readonly raws: readonly (() => unknown)[];
}

export function takeApart(envelope: unknown, context: PostContext): TakenApart {
  const out = createOutput(context);
  try {
    splitEnvelope(envelope, out);
  } catch (error) {
    if (!(error instanceof TooManyItemsError)) throw error;
    return { events: [], raws: [], problems: [{ path: "", reason: error.message }] };
  }
  const { events, raws, problems } = out;
  if (events.length + problems.length === 0) out.problem("", "holds no item");
  return { events, raws, problems };
}

/** All of the envelope is one event: then it is that event's `raw`, as it came. */
export function isOneItem({ events, problems }: Normalized): boolean {
  return events.length === 1 && problems.length === 0;
}

export function withRaw(taken: TakenApart, envelope: unknown): WaypostEvent[] {
  const { events, raws } = taken;
  const whole = isOneItem(taken) ? () => envelope : undefined;
  for (const [i, { data }] of events.entries()) data.raw = (whole ?? raws[i])?.();
  return events;
}

function splitEnvelope(envelope: unknown, out: Output): void {
  if (!isRecord(envelope)) out.problem("", "is not an object");
  else if (own(envelope, "object") !== OBJECT) out.problem("object", `is not ${OBJECT}`);
  else {
    const frame = frameIn(envelope, envelopeKeys, "", out);
    eachRecord(envelope, "entry", "entry", out, (entry, path) =>
      splitEntry(frame, entry, path, out),
    );
  }
}

function splitEntry(envelope: Json, entry: Json, path: string, out: Output): void {
  const frame = frameIn(entry, entryKeys, path, out);
  eachRecord(entry, "changes", `${path}.changes`, out, (change, changePath) => {
    const around = frameIn(change, changeKeys, changePath, out);
    const value = own(change, "value");
    const place = placeOf({ envelope, entry: frame, change: around }, change, value);
    splitChange(place, value, `${changePath}.value`, out);
  });
}

function eachRecord(
  source: Json,
  key: string,
  path: string,
  out: Output,
  take: (item: Json, path: string) => void,
): void {
  const list = own(source, key);
  if (!Array.isArray(list)) {
    out.problem(path, "is not an array");
    return;
  }
  for (const [i, item] of list.entries()) {
    if (isRecord(item)) take(item, `${path}[${i}]`);
    else out.problem(`${path}[${i}]`, "is not an object");
  }
}

function frameIn(source: Json, except: ReadonlySet<string>, path: string, out: Output): Json {
  return frameOf(source, except, (key) =>
    out.problem(path === "" ? key : `${path}.${key}`, "is in no known place"),
  );
}
