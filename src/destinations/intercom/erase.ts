import type { Erased, Erasing } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import type { Account } from "./call.ts";

/**
 * Deletes the conversations that Waypost began and the contact that it made. A contact that was there before is somebody else's record, with
 * notes that the API cannot delete: a person decides.
 */
export async function eraseFrom(
  session: Session,
  account: Account,
  { contactLink, links }: Erasing,
): Promise<readonly Erased[]> {
  const conversations = new Set(
    links.flatMap(({ conversation, earlier = "" }) => [conversation ?? "", ...earlier.split(",")]),
  );
  const erased: Erased[] = [];
  for (const id of conversations) {
    if (id !== "") erased.push(await remove(session, "conversation", id));
  }
  const contact = contactLink?.["contact"];
  if (contact === undefined) return erased;
  if (contactLink?.["made"] !== undefined)
    return [...erased, await remove(session, "contact", contact)];
  const url = account.urlOf("contact", contact);
  return [...erased, { object: "contact", id: contact, result: "by hand", url }];
}

async function remove(
  session: Session,
  object: "contact" | "conversation",
  id: string,
): Promise<Erased> {
  const path = object === "contact" ? pathOf`/contacts/${id}` : pathOf`/conversations/${id}`;
  const answer = await session.write(`delete ${object} ${id}`, {
    method: "DELETE",
    path,
    accept: [404],
  });
  return { object, id, result: answer?.status === 404 ? "absent" : "deleted" };
}
