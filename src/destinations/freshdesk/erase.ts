import type { Erased, Erasing } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import { urlOf } from "./call.ts";
import type { FreshdeskOptions } from "./options.ts";

/**
 * Deletes the tickets that Waypost made, and the contact that it made for good. A contact that was there before is somebody else's record: a
 * person decides.
 */
export async function eraseFrom(
  session: Session,
  options: FreshdeskOptions,
  { contactLink, links }: Erasing,
): Promise<readonly Erased[]> {
  const tickets = new Set(
    links.flatMap(({ ticket, earlier = "" }) => [ticket ?? "", ...earlier.split(",")]),
  );
  const erased: Erased[] = [];
  for (const id of tickets) {
    if (id !== "") erased.push(await remove(session, "ticket", id));
  }
  const contact = contactLink?.["contact"];
  if (contact === undefined) return erased;
  if (contactLink?.["made"] !== undefined) {
    return [...erased, await remove(session, "contact", contact)];
  }
  const url = urlOf(options, "contact", contact);
  return [...erased, { object: "contact", id: contact, result: "by hand", url }];
}

/** A ticket goes to the trash, which Freshdesk empties after 30 days; a contact is gone with its tickets. */
async function remove(session: Session, object: "contact" | "ticket", id: string): Promise<Erased> {
  const [path, query] =
    object === "contact"
      ? [pathOf`/contacts/${id}/hard_delete`, { force: "true" }]
      : [pathOf`/tickets/${id}`, {}];
  const answer = await session.write(`delete ${object} ${id}`, {
    ...{ method: "DELETE", path, query },
    accept: [404, 405],
  });
  const absent = answer?.status === 404 || answer?.status === 405;
  return { object, id, result: absent ? "absent" : "deleted" };
}
