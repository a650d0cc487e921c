import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { AliasEdge } from "../../../src/event/alias-edges.ts";
import { persons, resolveAliases } from "../../../src/store/contacts/aliases.ts";

const phone = (from: string, to: string): AliasEdge => ({ kind: "phone", from, to });
const became = (from: string, to: string): AliasEdge => ({ kind: "became", from, to });
const person = (id: string, ...edges: AliasEdge[]) => [...persons(edges)(id)].sort().join(" ");

it("knows somebody without edges by one id", () => {
  assert.equal(person("a"), "a");
});

it("joins a phone to its only person, from either side", () => {
  assert.equal(person("p", phone("p", "a")), "a p");
  assert.equal(person("a", phone("p", "a")), "a p");
});

it("joins a phone that two people had to neither", () => {
  const edges = [phone("p", "a"), phone("p", "b")];
  assert.equal(person("p", ...edges), "p");
  assert.equal(person("a", ...edges), "a");
  assert.equal(person("b", ...edges), "b");
});

it("counts two ids of one person as one", () => {
  const edges = [phone("p", "a"), phone("p", "b"), became("a", "b")];
  assert.equal(person("p", ...edges), "a b p");
});

it("follows a person through numbers and ids", () => {
  const edges = [
    phone("p1", "a"),
    became("p1", "b"),
    became("a", "b"),
    phone("p2", "b"),
    became("b", "c"),
    phone("p3", "c"),
  ];
  for (const id of ["p1", "p2", "p3", "a", "b", "c"]) {
    assert.equal(person(id, ...edges), "a b c p1 p2 p3");
  }
});

it("does not give a number's next owner what its last owner became", () => {
  const edges = [phone("p1", "a"), became("p1", "b"), became("a", "b"), phone("p1", "new")];
  assert.equal(person("new", ...edges), "new");
  assert.equal(person("a", ...edges), "a b p1");
});

it("does not join two people through two numbers that became one another", () => {
  const edges = [became("p1", "p2"), phone("p1", "a"), phone("p2", "b")];
  assert.equal(person("a", ...edges), "a");
  assert.equal(person("b", ...edges), "b");
  assert.equal(person("p1", ...edges), "p1 p2");
});

const told = (kind: AliasEdge["kind"], from: string, to: string, at: number): AliasEdge => ({
  kind,
  from,
  to,
  at: `2026-11-20T10:00:0${at}.000Z`,
});

it("does not give a number's next owner what its last owner moved to", () => {
  const moved = told("moved", "pA", "pB", 1);
  assert.equal(person("pA", moved), "pA pB");
  for (const at of [1, 2]) {
    const edges = [moved, told("phone", "pA", "new", at)];
    assert.equal(person("new", ...edges), "new");
    assert.equal(person("pB", ...edges).includes("new"), false);
    assert.equal(person("new", ...edges, told("phone", "pB", "b", 3)), "new");
    // As an earlier version kept it.
    assert.equal(person("new", became("pA", "pB"), phone("pA", "new")), "new");
  }
});

it("goes on with who had the number before the change", () => {
  const edges = [told("phone", "pA", "a", 1), told("moved", "pA", "pB", 2)];
  assert.equal(person("a", ...edges), "a pA pB");
  assert.equal(person("pB", ...edges, told("phone", "pB", "a", 3)), "a pA pB");
  const changed = [
    ...[told("left", "pA", "a", 2), told("left", "pA", "b", 2)],
    ...[told("became", "a", "b", 2), told("phone", "pB", "b", 2)],
  ];
  assert.equal(person("pA", ...changed), "a b pA pB");
  assert.equal(person("pA", ...changed, told("phone", "pA", "a", 3)), "a b pA pB");
});

it("gives a number to nobody that had another owner before or after", () => {
  const before = [told("phone", "pB", "b", 1), told("moved", "pA", "pB", 2)];
  assert.equal(person("b", ...before), "b");
  assert.equal(person("pA", ...before), "pA");
  const chain = [told("moved", "pB", "pC", 1), told("moved", "pA", "pB", 2)];
  for (const id of ["pA", "pB", "pC"]) assert.equal(person(id, ...chain), id);
  const twice = [told("left", "pA", "b", 1), told("left", "pA", "d", 2)];
  assert.equal(person("b", ...twice), "b");
  assert.equal(person("d", ...twice), "d");
});

it("joins nobody first told with a number in the second somebody moved to it", () => {
  const edges = [
    ...[told("phone", "pA", "a", 1), told("moved", "pA", "pB", 2)],
    told("phone", "pB", "b", 2),
  ];
  assert.equal(person("a", ...edges), "a");
  assert.equal(person("b", ...edges), "b");
});

it("counts the first time that an edge was told, also by what the store has not yet", async () => {
  const moved = told("moved", "pA", "pB", 2);
  const load = async () => [moved, told("phone", "pA", "a", 3)];
  assert.deepEqual((await resolveAliases(["a"], load))("a"), ["a"]);
  const alias = await resolveAliases(["a"], load, [told("phone", "pA", "a", 1)]);
  assert.deepEqual([...alias("a")].sort(), ["a", "pA", "pB"]);
});

it("is cyclic without harm", () => {
  assert.equal(person("a", became("a", "b"), became("b", "a"), became("a", "a")), "a b");
});

const at = fc.constantFrom(undefined, "1", "2", "3").map((time) => (time ? { at: time } : {}));
const edge = fc
  .tuple(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom("phone" as const, "left" as const),
        from: fc.constantFrom("p1", "p2", "p3"),
        to: fc.constantFrom("a", "b", "c", "d"),
      }),
      fc.record({
        kind: fc.constant("moved" as const),
        from: fc.constantFrom("p1", "p2", "p3"),
        to: fc.constantFrom("p1", "p2", "p3"),
      }),
      fc.record({
        kind: fc.constant("became" as const),
        from: fc.constantFrom("p1", "p2", "p3", "a", "b", "c", "d"),
        to: fc.constantFrom("p1", "p2", "p3", "a", "b", "c", "d"),
      }),
    ),
    at,
  )
  .map(([ends, time]): AliasEdge => ({ ...ends, ...time }));

it("never puts two people together that no chain of becoming joins, and is symmetric", () => {
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
      const all = persons(edges);
      const byBecoming = persons(edges.filter((each) => each.kind === "became"));
      const known = new Set<string>(
        edges.flatMap((each) => (each.kind === "phone" ? [each.to] : [])),
      );
      for (const a of known) {
        for (const b of all(a)) {
          assert.ok(all(b).includes(a));
          if (known.has(b)) assert.ok(byBecoming(a).includes(b), `${a} and ${b}`);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

it("answers the same however many ids are asked for, loading only around them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edge, { maxLength: 12 }), async (edges) => {
      const load = async (ids: readonly string[]) =>
        edges.filter((each) => ids.includes(each.from) || ids.includes(each.to));
      const whole = persons(edges);
      const both = await resolveAliases(["a", "p1"], load);
      for (const id of ["a", "p1"]) {
        const alone = await resolveAliases([id], load);
        assert.deepEqual([...alone(id)].sort(), [...whole(id)].sort());
        assert.deepEqual([...both(id)].sort(), [...whole(id)].sort());
      }
    }),
    { numRuns: 300 },
  );
});

it("leaves a tangle larger than any person alone", async () => {
  let loads = 0;
  const load = async (ids: readonly string[]) => {
    loads += 1;
    return ids.flatMap((id) => Array.from({ length: 50 }, (_, i) => became(id, `${id}.${i}`)));
  };
  const alias = await resolveAliases(["a"], load);
  assert.deepEqual(alias("a"), ["a"]);
  assert.ok(loads < 5);
});
