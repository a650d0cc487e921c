import { conversationIdOf } from "./conversation.ts";
import type { Account, EventData, WaypostEvent } from "./generated.ts";

/** What is not Meta's has no parser whose version could rise. */
const dataversion = 1;

export interface OwnEventParts {
  readonly id: string;
  readonly type: string;
  /** Where there is no account. */
  readonly source: string;
  readonly time: string;
  readonly postid: string;
  /** Without its conversation, which follows from account, group and contact. */
  readonly data: Omit<EventData, "conversationId">;
}

/** An event that is not Meta's: an intake's or a route's. */
export function ownEvent({ id, type, source, time, postid, data }: OwnEventParts): WaypostEvent {
  const { account, contact, groupId, ...rest } = data;
  const conversationId = conversationIdOf(account.phoneNumberId, {
    groupId,
    userId: contact?.userId,
    phone: contact?.waId,
  });
  return {
    specversion: "1.0",
    id,
    type,
    source: sourceOf(account) ?? source,
    ...(conversationId !== undefined && { subject: conversationId }),
    time,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid,
    dataversion,
    data: {
      account,
      ...(contact && { contact }),
      ...(conversationId !== undefined && { conversationId }),
      ...(groupId !== undefined && { groupId }),
      ...rest,
    },
  };
}

/** As of what Meta sends for that number. */
function sourceOf({ wabaId, phoneNumberId }: Account): string | undefined {
  if (wabaId === undefined && phoneNumberId === undefined) return undefined;
  const owner = `/whatsapp/${encodeURIComponent(wabaId ?? "none")}`;
  return phoneNumberId === undefined ? owner : `${owner}/${encodeURIComponent(phoneNumberId)}`;
}
