import type { Silences, SilentConversation } from "../../contracts.ts";
import { resolveAliases } from "../contacts/aliases.ts";
import type { Reader } from "../log/reader.ts";
import type { ConversationRow } from "../log/views.ts";

/** Of a row that is found by it: the receipt of its last message. It says where to look; what holds is in the row's facts. */
export interface Mark {
  readonly id: string;
  readonly openSince: string;
}

/** What a store keeps of it: a mark beside a conversation's row, which a message raises and `clear` takes away. */
export interface Marks {
  /** Ascending; `after` exclusive, `to` inclusive. */
  between(span: { readonly after: string; readonly to: string }, limit: number): Promise<Mark[]>;
  /** Only those that still are as they were read. */
  clear(marks: readonly Mark[]): Promise<void>;
}

export function createSilences(
  marks: Marks,
  reader: Pick<Reader, "aliases" | "conversationsById">,
): Silences {
  return {
    async find(span, limit) {
      const found = await marks.between(span, limit);
      const ids = found.map(({ id }) => id);
      const idsOf = await resolveAliases(ids, (more) => reader.aliases(more));
      const all = await reader.conversationsById([...new Set(ids.flatMap(idsOf))]);
      const rows = new Map(all.map((row) => [row._id, row]));
      return found.flatMap((mark) => {
        const row = rows.get(mark.id);
        const others = idsOf(mark.id).flatMap((id) => rows.get(id) ?? []);
        return row === undefined ? [] : silentOf(mark, row, others);
      });
    },
    settle: async (silent) => {
      if (silent.length > 0) {
        await marks.clear(silent.map(({ id, openSince }) => ({ id, openSince })));
      }
    },
  };
}

/** `rows`: all of the person's conversation, this one too. */
function silentOf(
  { openSince }: Mark,
  row: ConversationRow,
  rows: readonly ConversationRow[],
): SilentConversation[] {
  const { lastMessage, groupId } = row;
  if (lastMessage === undefined) return [];
  const newest = rows.every(({ lastMessage: other }) => !isLater(other, lastMessage));
  const closedAt = newestOf(rows.map((each) => each.closedAt));
  // Rows of before do not know the receipt.
  const heardAt = newestOf(rows.map((each) => each.heardAt ?? each.lastInboundAt));
  const isHeard = heardAt !== "" && heardAt >= closedAt;
  return [
    {
      id: row._id,
      ...whoOf(row),
      ...(groupId !== undefined && { groupId }),
      lastMessage,
      over: closedAt > lastMessage.at || !newest || !isHeard,
      openSince,
    },
  ];
}

function newestOf(times: readonly (string | undefined)[]): string {
  return times.reduce<string>((a, b = "") => (a > b ? a : b), "");
}

type Last = ConversationRow["lastMessage"];

function isLater(one: Last, other: NonNullable<Last>): boolean {
  if (one === undefined) return false;
  return one.at > other.at || (one.at === other.at && one.id > other.id);
}

function whoOf(row: ConversationRow): Pick<SilentConversation, "account" | "contact"> {
  const { wabaId, phoneNumberId, userId, waId, name, username } = row;
  const account = { wabaId, phoneNumberId };
  const contact = {
    ...{ userId, waId: waId?.value, name: name?.value, username: username?.value },
  };
  const person = known(contact);
  return { account: known(account), ...(Object.keys(person).length > 0 && { contact: person }) };
}

function known<T extends object>(values: T): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> };
}
