import { personKey } from "./conversation.ts";
import type { WaypostEvent } from "./generated.ts";

/** `personKey` of the one person an event is about; undefined: a group, an account, nobody. */
export function personKeyOf({ data }: WaypostEvent): string | undefined {
  const { contact, groupId, syncedContact, idChange } = data;
  if (groupId !== undefined) return undefined;
  return (
    personKey({ userId: contact?.userId, phone: contact?.waId }) ??
    personKey({ userId: syncedContact?.userId, phone: syncedContact?.phoneNumber }) ??
    personKey({ userId: idChange?.userId, phone: idChange?.waId })
  );
}
