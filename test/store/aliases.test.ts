import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { AliasEdge } from "../../src/event/alias-edges.ts";
import { persons, resolveAliases } from "../../src/store/aliases.ts";

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

it("is cyclic without harm", () => {
  assert.equal(person("a", became("a", "b"), became("b", "a"), became("a", "a")), "a b");
});

const edge = fc.oneof(
  fc.record({
    kind: fc.constant("phone" as const),
    from: fc.constantFrom("p1", "p2", "p3"),
    to: fc.constantFrom("a", "b", "c", "d"),
  }),
  fc.record({
    kind: fc.constant("became" as const),
    from: fc.constantFrom("p1", "p2", "p3", "a", "b", "c", "d"),
    to: fc.constantFrom("p1", "p2", "p3", "a", "b", "c", "d"),
  }),
);

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
