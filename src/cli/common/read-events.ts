import type { WaypostEvent } from "../../contracts.ts";
import { normalize } from "../../receive/normalize.ts";
import { CommandError } from "./ops-client.ts";
import { isTold, type Told } from "./told-events.ts";

/** An event, or what intake would make one of. */
export type Tested = { readonly event: WaypostEvent } | { readonly told: Told };

/** As readEvents, and what services tell, alone or in a list. Throws CommandError. */
export function readTested(text: string, name: string): Tested[] {
  const content = parseJson(text, name);
  const told: unknown[] = Array.isArray(content) ? content : [content];
  if (told.length > 0 && told.every(isTold)) return told.map((each) => ({ told: each }));
  return readEvents(text, name).map((event) => ({ event }));
}

/** A file's events: as they are, or made from a webhook of Meta's. Throws CommandError. */
export function readEvents(text: string, name: string): WaypostEvent[] {
  const content = parseJson(text, name);
  if (Array.isArray(content) && content.length > 0 && content.every(isEvent)) return content;
  if (isEvent(content)) return [content];
  const context = { receivedAt: new Date().toISOString(), postId: "pst_routes_test" };
  const { events, problems } = normalize(content, context);
  const [problem] = problems;
  if (events.length === 0) {
    const why = problem ? ` (${problem.path} ${problem.reason})`.replace("( ", "(") : "";
    throw new CommandError(
      `${name} holds neither events, also in intake's form, nor a webhook of Meta's${why}`,
    );
  }
  return events;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${name} is not JSON`);
  }
}

function isEvent(value: unknown): value is WaypostEvent {
  return typeof value === "object" && value !== null && "specversion" in value && "data" in value;
}
