import type { Erased, Erasing } from "../../contracts.ts";
import type { Session } from "../http/api.ts";

interface ErasedKind {
  /** `ticket`: also the name by which links hold the id; those before stand in `earlier`. */
  readonly object: string;
  readonly pathOf: (object: string, id: string) => string;
  readonly query?: (object: string) => Readonly<Record<string, string>>;
  /** Of a contact that stays. */
  readonly urlOf: (id: string) => string;
  /** Statuses that say that it is there no more. */
  readonly absent: readonly number[];
}

/**
 * Deletes what Waypost began for the conversations, and the contact that it made. A contact that was there before is somebody else's record: a
 * person decides.
 */
export async function eraseAtDesk(
  session: Session,
  { contactLink, links }: Erasing,
  { object, pathOf, query, urlOf, absent }: ErasedKind,
): Promise<readonly Erased[]> {
  const remove = async (what: string, id: string): Promise<Erased> => {
    const answer = await session.write(`delete ${what} ${id}`, {
      ...{ method: "DELETE", path: pathOf(what, id), query: query?.(what) ?? {}, accept: absent },
    });
    const isAbsent = answer !== undefined && absent.includes(answer.status);
    return { object: what, id, result: isAbsent ? "absent" : "deleted" };
  };
  const ids = links.flatMap((link) => [link[object] ?? "", ...(link["earlier"] ?? "").split(",")]);
  const erased: Erased[] = [];
  for (const id of new Set(ids)) if (id !== "") erased.push(await remove(object, id));
  const contact = contactLink?.["contact"];
  if (contact === undefined) return erased;
  if (contactLink?.["made"] !== undefined) return [...erased, await remove("contact", contact)];
  const left = { object: "contact", id: contact, result: "by hand", url: urlOf(contact) } as const;
  return [...erased, left];
}
