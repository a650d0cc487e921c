import type { AliasEdge } from "../../event/alias-edges.ts";
import { type Owned, phoneOwners } from "./phone-owners.ts";

/** Edges that touch one of these conversation ids. */
export type LoadEdges = (ids: readonly string[]) => Promise<readonly AliasEdge[]>;

/** More than a person can have; a larger tangle is not resolved at all rather than in part. */
const maxIds = 2_000;

/**
 * Who is who around these conversations: answers with all ids of the same person's conversation, the asked one
 * first. `became` edges always join. A phone joins a person only while it is known to have been only theirs: two
 * people are never merged, whoever had the number first. The other writing of a phone joins it only while nothing else is known
 * by that writing. `learnt`: edges that the store may not have yet.
 */
export async function resolveAliases(
  ids: readonly string[],
  load: LoadEdges,
  learnt: readonly AliasEdge[] = [],
): Promise<(id: string) => readonly string[]> {
  const known = new Set(ids);
  const edges = new Map<string, AliasEdge>();
  let next = [...known];
  while (next.length > 0 && known.size <= ids.length + maxIds) {
    const asked = new Set(next);
    const touching = learnt.filter(({ from, to }) => asked.has(from) || asked.has(to));
    const found = [...(await load(next)), ...touching];
    next = [];
    for (const edge of found) {
      addEdge(edges, edge);
      for (const id of [edge.from, edge.to]) {
        if (!known.has(id)) {
          known.add(id);
          next.push(id);
        }
      }
    }
  }
  return next.length > 0 ? (id) => [id] : persons([...edges.values()]);
}

/** The same, from edges at hand. They must be all that touch the ids asked for, and the ids they lead to. */
export function persons(edges: readonly AliasEdge[]): (id: string) => readonly string[] {
  const sorted = withoutOldKinds(edges.filter(({ kind }) => kind !== "written"));
  const groups = createGroups();
  for (const { kind, from, to } of sorted) if (kind === "became") groups.join(from, to);
  const owners = phoneOwners(sorted, groups.of);
  const phones = createGroups();
  for (const [phone, { before }] of owners) for (const from of before) phones.join(from, phone);
  const people = peopleOf(owners, phones, groups);
  for (const phone of owners.keys()) groups.join(phone, phones.of(phone));
  for (const [phone, known] of people) {
    const [only, ...others] = known;
    if (only?.[1] && others.length === 0) groups.join(phone, only[0]);
  }
  for (const [writing, phone] of otherWritings(edges)) groups.join(writing, phone);
  return groupsOf(edges, groups);
}

/**
 * How else phones are written, and which phone each then is. A writing by which Meta knows somebody, or that was told with an id of
 * theirs, is a phone of its own: in some countries both are in use, by two people.
 */
export function otherWritings(edges: readonly AliasEdge[]): ReadonlyMap<string, string> {
  const own = new Set(
    edges.flatMap(({ kind, from, to }) => (kind === "written" ? to : [from, to])),
  );
  return new Map(
    edges.flatMap(({ kind, from, to }) =>
      kind === "written" && !own.has(from) ? [[from, to] as const] : [],
    ),
  );
}

function groupsOf(edges: readonly AliasEdge[], groups: Groups): (id: string) => readonly string[] {
  const members = new Map<string, Set<string>>();
  for (const id of edges.flatMap((edge) => [edge.from, edge.to])) {
    const group = groups.of(id);
    members.set(group, (members.get(group) ?? new Set()).add(id));
  }
  return (id) => [...new Set([id, ...(members.get(groups.of(id)) ?? [])])];
}

/** Who is linked to phones of one owner, each with whether that is beyond doubt. */
function peopleOf(owners: ReadonlyMap<string, Owned>, phones: Groups, groups: Groups) {
  const people = new Map<string, Map<string, boolean>>();
  for (const [phone, { users, doubtful }] of owners) {
    const known = people.get(phones.of(phone)) ?? new Map<string, boolean>();
    people.set(phones.of(phone), known);
    for (const user of doubtful) known.set(groups.of(user), known.get(groups.of(user)) ?? false);
    for (const user of users) known.set(groups.of(user), true);
  }
  return people;
}

/** The first time counts when several batches taught the same. */
export function addEdge(edges: Map<string, AliasEdge>, edge: AliasEdge): void {
  const id = edgeId(edge);
  const known = edges.get(id);
  if (known === undefined || (edge.at ?? "") < (known.at ?? "")) edges.set(id, edge);
}

export function edgeId(edge: AliasEdge): string {
  return `${edge.kind} ${edge.from} ${edge.to}`;
}

/** `became` once stood for every change; where an end is known for a phone, it is what is meant now. */
function withoutOldKinds(edges: readonly AliasEdge[]): AliasEdge[] {
  const phones = new Set<string>();
  for (const { kind, from, to } of edges) {
    if (kind !== "became") phones.add(from);
    if (kind === "moved") phones.add(to);
  }
  const all = new Map<string, AliasEdge>();
  for (const edge of edges) addEdge(all, edge.kind === "became" ? newKind(edge, phones) : edge);
  return [...all.values()];
}

function newKind(edge: AliasEdge, phones: ReadonlySet<string>): AliasEdge {
  const { from, to } = edge;
  if (phones.has(from)) return { ...edge, kind: phones.has(to) ? "moved" : "left" };
  return phones.has(to) ? { ...edge, kind: "phone", from: to, to: from } : edge;
}

type Groups = ReturnType<typeof createGroups>;

/** Union-find, without ranks: groups are small. */
function createGroups() {
  const parent = new Map<string, string>();
  const of = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    return root;
  };
  const join = (a: string, b: string): void => {
    const [from, to] = [of(a), of(b)];
    if (from !== to) parent.set(from, to);
  };
  return { of, join };
}
