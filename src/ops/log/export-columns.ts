import type { Delivery, WaypostEvent } from "../../contracts.ts";
import { directionOf } from "../../event/direction.ts";
import { textOf } from "../../event/message-in-words.ts";

/** A column of a table by its name: what it says of a record, as it is shown to who asks. */
export type Columns<T> = Readonly<Record<string, (record: T) => unknown>>;

export const eventColumns: Columns<WaypostEvent> = {
  id: ({ id }) => id,
  type: ({ type }) => type,
  time: ({ time }) => time,
  receivedAt: ({ data }) => data.receivedAt,
  direction: directionOf,
  phoneNumberId: ({ data }) => data.account.phoneNumberId,
  wabaId: ({ data }) => data.account.wabaId,
  conversation: ({ data }) => data.conversationId,
  userId: ({ data }) => data.contact?.userId,
  waId: ({ data }) => data.contact?.waId,
  name: ({ data }) => data.contact?.name,
  messageId: ({ data }) => data.message?.id ?? data.status?.messageId,
  text: textOf,
  status: ({ data }) => data.status?.status,
  errors: ({ data }) => data.status?.errors,
  sentBy: ({ data }) => data.sentBy,
  campaign: ({ data }) => data.campaign,
  variant: ({ data }) => data.variant,
  business: ({ data }) => data.business,
  post: ({ postid }) => postid,
};

export const deliveryColumns: Columns<Delivery> = {
  id: ({ id }) => id,
  destination: ({ destination }) => destination,
  state: ({ state }) => state,
  event: ({ eventId }) => eventId,
  type: ({ eventType }) => eventType,
  route: ({ route }) => route,
  attempts: ({ attempts }) => attempts,
  createdAt: ({ createdAt }) => createdAt,
  nextAt: ({ nextAt }) => nextAt,
  doneAt: ({ doneAt }) => doneAt,
  reason: ({ reason }) => reason,
  lastOutcome: ({ history }) => history.at(-1)?.outcome,
  lastAnswer: ({ history }) => history.at(-1)?.answer,
  remoteId: ({ remoteId }) => remoteId,
  replay: ({ replay }) => replay,
};
