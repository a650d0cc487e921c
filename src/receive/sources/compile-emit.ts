import type { SourceEmit } from "../../contracts/sources.ts";
import type { Accounts } from "../../contracts.ts";
import type { WaypostEvent } from "../../event/event.ts";
import { toEvent } from "../../event/intake/intake-event.ts";
import { createTemplates, TemplateError } from "../../support/template.ts";
import { compileValuesWhen } from "../../support/value-when.ts";
import type { PostStamp } from "../parse-post.ts";

/** What templates see. */
interface Scope {
  readonly body: unknown;
  readonly account: { readonly name: string } & NonNullable<Accounts[string]>;
  /** Named groups of what `when` matched. */
  readonly match: Readonly<Record<string, string>>;
}

/** An event that is still to get its id, and what names it. */
export interface Draft {
  readonly event: WaypostEvent;
  /** undefined: the body's bytes do. */
  readonly name: string | undefined;
}

/** undefined: the entry's `when` does not hold. A SourceError: it does, and no event can be made. */
export type MakeDraft = (body: unknown, stamp: PostStamp) => Draft | SourceError | undefined;

const templates = createTemplates();

/** One entry of a source's `emit`. Throws a SourceError. */
export function compileEmit(
  { type, when, contact, data, id }: SourceEmit,
  account: Scope["account"],
): MakeDraft {
  const holds = toSourceError("when", () => compileValuesWhen(when ?? {}));
  const texts = { ...(contact && { contact }), data: data ?? {}, id: id ?? "" };
  const template = toSourceError("", () => templates.compile(texts));

  // Finds a type or an account that no event may have; and what it loads is not loaded by the first POST.
  draftOf(type, { data: {}, id: "" }, account, new Date());

  return (body, { receivedAt }) => {
    const match = holds(body);
    if (match === undefined) return undefined;
    try {
      const scope: Scope = { body, account, match };
      const rendered = toSourceError("", () => template.render(scope)) as Rendered;
      return draftOf(type, rendered, account, new Date(receivedAt));
    } catch (error) {
      if (error instanceof SourceError) return error;
      throw error;
    }
  };
}

interface Rendered {
  readonly contact?: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  readonly id: unknown;
}

function draftOf(
  type: string,
  { contact, data, id }: Rendered,
  { phoneNumberId, wabaId }: Scope["account"],
  receivedAt: Date,
): Draft {
  const told = {
    // Its place is taken by one that is made of all the body's events.
    id: "draft",
    type,
    account: {
      ...(wabaId !== undefined && { wabaId }),
      ...(phoneNumberId !== undefined && { phoneNumberId }),
    },
    ...(contact && { contact: personIn(contact) }),
    business: data,
  };
  const made = toEvent(told, { accounts: {}, receivedAt });
  if ("problems" in made) throw problemOf(made.problems[0]);
  return { event: made.event, name: textIn(id) };
}

/** What is wrong with an entry, or with what it makes of a body, whose values it does not show. */
export class SourceError extends Error {
  /** Within the entry. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.name = "SourceError";
    this.path = path;
  }
}

function toSourceError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw new SourceError(error.place, error.reason);
    throw new SourceError(path, error instanceof Error ? error.message : "cannot be used");
  }
}

/** Of phone, waId and userId those that the body has. */
function personIn(rendered: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const ids = Object.entries(rendered)
    .map(([key, value]) => [key, textIn(value)] as const)
    .filter((each): each is readonly [string, string] => each[1] !== undefined);
  if (ids.length === 0) throw new SourceError("contact", "the body names nobody");
  return Object.fromEntries(ids);
}

/** An id may be a number in the body; undefined: there is none. */
function textIn(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = (typeof value === "object" ? JSON.stringify(value) : String(value)).trim();
  return text === "" ? undefined : text;
}

/** A path of `toEvent` is a JSON pointer into what it was told. */
function problemOf(problem: { readonly path: string; readonly problem: string } | undefined) {
  const [top = "", ...rest] = (problem?.path ?? "").split("/").slice(1);
  const path = [top === "business" ? "data" : top, ...rest].filter((each) => each !== "");
  return new SourceError(path.join("."), problem?.problem ?? "makes no event");
}
