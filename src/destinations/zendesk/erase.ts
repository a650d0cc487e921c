import type { Erased, Erasing } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import type { ZendeskOptions } from "./options.ts";
import { agentUrl, linkHere } from "./parts.ts";
import { ticketsOfConversation } from "./which-ticket.ts";

/**
 * Deletes the conversations' tickets, those before the last too, then the user that Waypost made, both for good. A user who was there
 * before is the account's own, and stays for a person to decide about. Repeatable.
 */
export async function eraseFrom(
  session: Session,
  options: ZendeskOptions,
  { contactLink, links }: Erasing,
): Promise<Erased[]> {
  const erased: Erased[] = [];
  for (const link of links) {
    const { ticket, as } = linkHere(link, options);
    const listed = as === undefined ? [] : await ticketsOfConversation({ session }, as);
    const ids = [ticket, ...listed.map(({ id }) => id)].filter((id) => id !== undefined);
    for (const id of new Set(ids)) erased.push(await eraseFor(session, "ticket", id));
  }
  const { user, made } = linkHere(contactLink, options);
  if (user === undefined) return erased;
  if (made === "yes") return [...erased, await eraseFor(session, "user", user)];
  const url = agentUrl(options, "users", user);
  return [...erased, { object: "user", id: user, result: "by hand", url }];
}

async function eraseFor(session: Session, object: "ticket" | "user", id: string): Promise<Erased> {
  const gone = { method: "DELETE", accept: [404] } as const;
  const path = pathOf`/api/v2/${`${object}s`}/${id}`;
  const found = await session.write(`delete ${object} ${id}`, { ...gone, path });
  const bin = pathOf`/api/v2/${`deleted_${object}s`}/${id}`;
  await session.write(`delete ${object} ${id} for good`, { ...gone, path: bin });
  return { object, id, result: found?.status === 404 ? "absent" : "deleted" };
}
