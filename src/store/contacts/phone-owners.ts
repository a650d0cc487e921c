import type { AliasEdge } from "../../event/alias-edges.ts";

/** What is known of who had a phone. Times as text: "" is before all that are known. */
interface Phone {
  readonly seen: Claim[];
  readonly left: Claim[];
  readonly movedHere: Claim[];
  readonly movedOn: Claim[];
}
interface Claim {
  readonly id: string;
  readonly at: string;
}

export interface Owned {
  /** BSUIDs that had the phone. */
  readonly users: readonly string[];
  /** BSUIDs first told with it in the very second in which somebody else moved there. */
  readonly doubtful: readonly string[];
  /** Phones that its owner had before. */
  readonly before: readonly string[];
}

/**
 * What each phone's only owner is known by. A phone that more than one is known to have had is nobody's: somebody
 * left it and then another person is first told with it, or somebody moved to it after another was told with it.
 * Two BSUIDs without such a change are left to the caller. `personOf`: which BSUIDs are one person.
 */
export function phoneOwners(
  edges: readonly AliasEdge[],
  personOf: (user: string) => string,
): Map<string, Owned> {
  const phones = phonesOf(edges);
  const mixed = new Set(
    [...phones].filter(([, phone]) => hadSeveral(phone, personOf)).map(([id]) => id),
  );
  return new Map(
    [...phones].map(([id, phone]) => [id, mixed.has(id) ? nobody : owned(phone, mixed)]),
  );
}

const nobody: Owned = { users: [], doubtful: [], before: [] };

function phonesOf(edges: readonly AliasEdge[]): Map<string, Phone> {
  const phones = new Map<string, Phone>();
  const phone = (id: string): Phone => {
    const found = phones.get(id) ?? { seen: [], left: [], movedHere: [], movedOn: [] };
    phones.set(id, found);
    return found;
  };
  for (const { kind, from, to, at = "" } of edges) {
    if (kind === "phone") phone(from).seen.push({ id: to, at });
    if (kind === "left") phone(from).left.push({ id: to, at });
    if (kind === "moved") {
      phone(from).movedOn.push({ id: to, at });
      phone(to).movedHere.push({ id: from, at });
    }
  }
  return phones;
}

function hadSeveral(phone: Phone, personOf: (user: string) => string): boolean {
  const { seen, left, movedHere, movedOn } = phone;
  if (movedHere.length > 1 || movedOn.length > 1) return true;
  const came = movedHere[0]?.at;
  if (came !== undefined && seen.some(({ at }) => at < came)) return true;
  const leaving = leavingOf(phone);
  if (leaving === undefined) return false;
  if (came !== undefined && came >= leaving) return true;
  const later = ({ at }: Claim) => at > leaving;
  const leavers = new Set(left.filter((each) => !later(each)).map(({ id }) => personOf(id)));
  return (
    movedOn.some(later) ||
    [...seen, ...left].some((each) => later(each) && !leavers.has(personOf(each.id)))
  );
}

function leavingOf({ left, movedOn }: Phone): string | undefined {
  return [...left, ...movedOn].map(({ at }) => at).sort()[0];
}

function owned(phone: Phone, mixed: ReadonlySet<string>): Owned {
  const { seen, left, movedHere } = phone;
  const leaving = leavingOf(phone);
  const came = movedHere[0]?.at;
  const inTime = seen.filter(({ at }) => leaving === undefined || at < leaving);
  const ids = (claims: readonly Claim[]) => claims.map(({ id }) => id);
  return {
    users: [
      ...ids(inTime.filter(({ at }) => came === undefined || at > came)),
      ...ids(left.filter(({ at }) => at === leaving)),
    ],
    doubtful: ids(inTime.filter(({ at }) => at === came)),
    before: ids(movedHere).filter((id) => !mixed.has(id)),
  };
}
