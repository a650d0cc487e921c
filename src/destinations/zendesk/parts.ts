import type { BatchItem, Link } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import type { VendorRecord } from "../record-event.ts";
import type { ZendeskOptions } from "./options.ts";
import type { UpdateWindow } from "./update-window.ts";

/** One delivery under way. */
export interface Work {
  readonly options: ZendeskOptions;
  readonly session: Session;
  readonly window: UpdateWindow;
  /** What was made so far, to be told. */
  readonly made: VendorRecord[];
  /** Whose context remembers: the first of those that are delivered together. */
  readonly item: BatchItem;
}

/** Links of another Zendesk, before the configuration was changed, count for nothing. */
export function linkHere(link: Link | undefined, { baseUrl }: ZendeskOptions): Link {
  return link?.["on"] === baseUrl.host ? link : {};
}

/** So long a link is of use: until a silence has made the ticket an old one. */
export function keepMs({ newAfterMs, reopenWithinMs }: ZendeskOptions): number {
  return Math.max(newAfterMs, reopenWithinMs) + 86_400_000;
}

/** Where an agent looks at it. */
export function agentUrl({ baseUrl }: ZendeskOptions, object: "tickets" | "users", id: string) {
  return new URL(`/agent/${object}/${id}`, baseUrl).href;
}
