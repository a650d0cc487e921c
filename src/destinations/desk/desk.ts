import type { Delivered, DeliveryContext, Destination, WaypostEvent } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { tellingNotTaken } from "../not-taken.ts";
import type { OptionTemplates } from "../option-templates.ts";
import type { DeskCall } from "./contact-book.ts";
import { previewSaying, type Saying, sayingOf } from "./saying.ts";
import type { WindowedApi } from "./windowed-api.ts";

type Attempt = readonly [event: WaypostEvent, context: DeliveryContext, signal: AbortSignal];

interface DeskParts<C> {
  readonly api: WindowedApi;
  /** The kind itself says so, as its conformance suite shows. */
  readonly shadows: NonNullable<Destination["shadows"]>;
  /** The option: a template that is said instead. */
  readonly text: OptionTemplates | undefined;
  /** What all steps of a delivery share. */
  call(given: Omit<DeskCall, "options">): C | Promise<C>;
  write(call: C, saying: Saying): Promise<Delivered>;
  find(call: C, saying: Saying): Promise<Delivered | undefined>;
  check(session: Session): ReturnType<Destination["check"]>;
  requirements(session: Session): ReturnType<NonNullable<Destination["requirements"]>>;
  erase: NonNullable<Destination["erase"]>;
}

/** A contact for each person, and their conversation with both sides, at a help desk where what is written is found again by a look. */
export function createDesk<C>(kind: string, parts: DeskParts<C>): Destination {
  const { api, text } = parts;
  const attempt = async <T extends Delivered | undefined>(
    [event, context, signal]: Attempt,
    work: (call: C, saying: Saying) => Promise<T>,
  ): Promise<T | Delivered> => {
    throwIfAborted(signal);
    const says = await sayingOf(event, context, text);
    // It says nothing here, for the reason that is answered with.
    if (!("saying" in says)) return says;
    const { person, saying } = says;
    return api.within({ event, context, signal }, async (session) => {
      const done = await work(await parts.call({ session, event, context, person }), saying);
      return done && tellingNotTaken(done, session.notTaken);
    });
  };
  return {
    kind,
    idempotency: "lookup",
    serialize: "contact",
    files: true,
    readsLog: true,
    shadows: parts.shadows,
    deliver: (...given) => attempt(given, parts.write),
    find: (...given) => attempt(given, parts.find),
    preview: (event) => previewSaying(event, text),
    check: (signal) => parts.check(api.plain(signal)),
    requirements: (signal) => parts.requirements(api.plain(signal)),
    erase: parts.erase,
    close: api.close,
  };
}
