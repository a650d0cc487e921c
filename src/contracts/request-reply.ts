import { type Derivation, derivedEvent } from "../event/derived-event.ts";
import type { WaypostEvent } from "../event/event.ts";
import { replyRequestedType } from "../event/own-types.ts";
import type { ReplyRequest } from "./reply.ts";

/** What is asked for, and by whom: `route` is its name. */
type Asking = Pick<Derivation, "source" | "route" | "key" | "at"> &
  Omit<ReplyRequest, "answers"> & { readonly until?: Date };

/** `business.reply.requested`: the same id for the same asker and answered event, however often it is made. */
export function requestReply({ source, route, key, at, until, ...asked }: Asking): WaypostEvent {
  return derivedEvent({
    ...{ source, route, at, type: replyRequestedType },
    ...(key !== undefined && { key }),
    data: {
      ...asked,
      answers: { ...answeredBy(source), ...(until && { until: until.toISOString() }) },
    },
  });
}

/** The event that is answered, as those who judge about it need it. */
export function answeredBy({ id, type, data }: WaypostEvent): ReplyRequest["answers"] {
  const messageId = data.message?.id;
  const { receivedAt } = data;
  return { id, type, receivedAt, ...(messageId !== undefined && { messageId }) };
}
