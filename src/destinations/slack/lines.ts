import type { AbsentFile, BatchItem, EventFile, KeptFile, WaypostEvent } from "../../contracts.ts";
import { arrivedFile } from "../../event/file-arrived.ts";
import { mediaOf } from "../../event/media-of.ts";
import { effectId } from "../effect-id.ts";
import { said } from "../said.ts";
import type { Entry } from "./blocks.ts";
import { mentionOf, type SlackOptions } from "./options.ts";

/** One delivery, with all that its post shows. */
export interface Line extends Entry {
  readonly item: BatchItem;
  /** By which its post is found again. */
  readonly id: string;
  /** In Slack's own form; "" for nobody. */
  readonly mention: string;
  /** Files that follow the post. */
  readonly kept: readonly KeptFile[];
}

/** Asks for all that it shows, before anything is posted. Rejects with DeliveryError: what cannot be rendered is refused. */
export async function lineOf(
  item: BatchItem,
  { mention, text }: Pick<SlackOptions, "mention" | "text">,
): Promise<Line> {
  const { event, context } = item;
  const own = await text?.render(context);
  const mentioned = mentionOf(await mention.render(context));
  const files = hasFiles(event) ? await context.files() : [];
  const quote = concernsAnother(event) ? said(event, await context.concerned())?.quote : undefined;
  return {
    ...{ item, event, id: effectId(event, context), mention: mentioned },
    kept: files.filter(isKept),
    absent: files.filter(isAbsent),
    ...(own !== undefined && { text: String(own) }),
    ...(quote !== undefined && { quote }),
  };
}

export function isKept(file: EventFile): file is KeptFile {
  return !isAbsent(file);
}

export function isAbsent(file: EventFile): file is AbsentFile {
  return "absent" in file;
}

function hasFiles(event: WaypostEvent): boolean {
  return mediaOf(event).length > 0 || arrivedFile(event) !== undefined;
}

/** It reads only with the message that it answers, changes, or is about. */
export function concernsAnother(event: WaypostEvent): boolean {
  const { message, status } = event.data;
  if (status !== undefined) return isFailed(event);
  if (arrivedFile(event) !== undefined) return true;
  return (
    (message?.reaction ?? message?.edit ?? message?.revoke ?? message?.context?.id) !== undefined
  );
}

/** A message of ours did not arrive. */
export function isFailed({ data }: WaypostEvent): boolean {
  return data.status?.status === "failed";
}
