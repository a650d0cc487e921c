import { derivedEvent } from "./derived-event.ts";
import type { WaypostEvent } from "./generated.ts";

/** A file came after its message had gone on without it. */
export const fileArrived = "business.file.arrived";

/** Who went on without the file: the destination, and the route that brought the message there. */
export interface WentWithout {
  readonly destination: string;
  readonly route: string;
}

export interface ArrivedFile {
  readonly mediaId: string;
  readonly name: string;
  readonly type: string;
}

/** About the same contact and conversation; once for each file of an event, however often it is made. */
export function fileArrivedEvent(
  source: WaypostEvent,
  { mediaId, name, type }: ArrivedFile,
  { without, at }: { readonly without: readonly WentWithout[]; readonly at: Date },
): WaypostEvent {
  const messageId = source.data.message?.id;
  return derivedEvent({
    source,
    route: `media:${mediaId}`,
    type: fileArrived,
    data: { mediaId, ...(messageId !== undefined && { messageId }), name, type, without },
    at,
  });
}

/** The file that such an event is about; undefined: it is another event, or somebody else's of that name. */
export function arrivedFile(event: WaypostEvent): ArrivedFile | undefined {
  const { mediaId, name, type } = toldBy(event);
  if (typeof mediaId !== "string" || typeof name !== "string") return undefined;
  return { mediaId, name, type: typeof type === "string" ? type : "application/octet-stream" };
}

/** The message whose file it is. */
export function arrivedMessageId(event: WaypostEvent): string | undefined {
  const { messageId } = toldBy(event);
  return typeof messageId === "string" ? messageId : undefined;
}

/** Where the file is to follow its message. */
export function wentWithout(event: WaypostEvent): WentWithout[] {
  const { without } = toldBy(event);
  return Array.isArray(without) ? without.filter(isWentWithout) : [];
}

function toldBy({ type, data }: WaypostEvent): Readonly<Record<string, unknown>> {
  // Your services may publish any `business.` event; what they tell has nothing to follow.
  return (type === fileArrived && data.derived !== undefined && data.business) || {};
}

function isWentWithout(value: unknown): value is WentWithout {
  const { destination, route } = (value ?? {}) as Partial<WentWithout>;
  return typeof destination === "string" && typeof route === "string";
}
