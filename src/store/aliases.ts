import type { AliasEdge } from "../event/alias-edges.ts";

/** Edges that touch one of these conversation ids. */
export type LoadEdges = (ids: readonly string[]) => Promise<readonly AliasEdge[]>;

/** More than a person can have; a larger tangle is not resolved at all rather than in part. */
const maxIds = 2_000;

/**
 * Who is who around these conversations: answers with all ids of the same person's conversation, the asked one
 * first. `became` edges always join. A phone joins a person only while it is linked to exactly one: two people
 * are never merged, whoever had the number first.
 */
export async function resolveAliases(
  ids: readonly string[],
  load: LoadEdges,
): Promise<(id: string) => readonly string[]> {
  const known = new Set(ids);
  const edges = new Map<string, AliasEdge>();
  let next = [...known];
  while (next.length > 0 && known.size <= ids.length + maxIds) {
    const found = await load(next);
    next = [];
    for (const edge of found) {
      edges.set(`${edge.kind} ${edge.from} ${edge.to}`, edge);
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
  const groups = createGroups();
  for (const edge of edges) if (edge.kind === "became") groups.join(edge.from, edge.to);
  for (const [phone, people] of linkedPeople(edges, groups)) {
    const [person] = people;
    if (people.size === 1 && person !== undefined) groups.join(phone, person);
  }
  const members = new Map<string, Set<string>>();
  for (const id of edges.flatMap((edge) => [edge.from, edge.to])) {
    const group = groups.of(id);
    members.set(group, (members.get(group) ?? new Set()).add(id));
  }
  return (id) => [...new Set([id, ...(members.get(groups.of(id)) ?? [])])];
}

/** Per phone the people it is linked to. A phone that became, or was, a known person is that person's too. */
function linkedPeople(edges: readonly AliasEdge[], groups: Groups): Map<string, Set<string>> {
  const links = edges
    .filter((edge) => edge.kind === "phone")
    .map((edge) => ({ phone: groups.of(edge.from), person: groups.of(edge.to) }));
  const people = new Set(links.map((link) => link.person));
  const linked = new Map<string, Set<string>>();
  for (const { phone, person } of links) {
    const known = linked.get(phone) ?? new Set(people.has(phone) ? [phone] : []);
    linked.set(phone, known.add(person));
  }
  return linked;
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
