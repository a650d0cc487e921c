import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AliasEdge } from "../../../src/event/alias-edges.ts";
import { createKnownEdges } from "../../../src/store/embedded/known-edges.ts";
import { createKnownTypes } from "../../../src/store/embedded/known-types.ts";

const early = "2026-11-20T10:00:00.000Z";
const late = "2026-11-21T10:00:00.000Z";
const edge = (from: string, to: string, at = early): AliasEdge => ({ kind: "phone", from, to, at });

/** A file of edges, and how often it was looked into. */
function setUp() {
  const file: AliasEdge[] = [];
  const asked: (readonly string[])[] = [];
  const gate = { wait: Promise.resolve() };
  const known = createKnownEdges(async (ids) => {
    asked.push(ids);
    const found = file.filter(({ from, to }) => ids.includes(from) || ids.includes(to));
    await gate.wait;
    return found;
  });
  const add = (...edges: AliasEdge[]) => {
    file.push(...edges);
    known.learn(edges);
  };
  return { file, asked, gate, known, add };
}

describe("known edges", () => {
  it("reads each id once, also that it has none, and tells each edge once", async () => {
    const { add, asked, known } = setUp();
    add(edge("a", "b"));
    assert.deepEqual(await known.of(["a", "b", "c"]), [edge("a", "b")]);
    assert.deepEqual(await known.of(["c", "b"]), [edge("a", "b")]);
    assert.deepEqual(await known.of(["d", "c"]), []);
    assert.deepEqual(asked, [["a", "b", "c"], ["d"]]);
  });

  it("reads again what a new edge touches, and nothing where it tells what is known", async () => {
    const { add, asked, known } = setUp();
    add(edge("a", "b"));
    await known.of(["a", "b", "c"]);
    known.learn([edge("a", "b", late)]);
    assert.deepEqual(await known.of(["a", "b"]), [edge("a", "b")]);
    assert.equal(asked.length, 1);
    add(edge("b", "d"));
    assert.deepEqual(await known.of(["b"]), [edge("a", "b"), edge("b", "d")]);
    assert.deepEqual(await known.of(["c"]), []);
    assert.deepEqual(asked.slice(1), [["b"]]);
    known.learn([edge("b", "d", "2026-11-19T10:00:00.000Z")]);
    await known.of(["d"]);
    assert.deepEqual(asked.slice(2), [["d"]], "an earlier time is news");
  });

  it("keeps nothing that was read while the file changed, and answers with what came meanwhile", async () => {
    const { add, asked, gate, known } = setUp();
    await known.of(["z"]);
    let letGo = () => {};
    gate.wait = new Promise((resolve) => {
      letGo = resolve;
    });
    const answer = known.of(["a", "z"]);
    add(edge("a", "z"));
    letGo();
    assert.deepEqual(await answer, [edge("a", "z")]);
    assert.deepEqual(await known.of(["a"]), [edge("a", "z")]);
    assert.deepEqual(asked, [["z"], ["a"], ["a", "z"], ["a"]]);
  });

  it("forgets all when edges are gone", async () => {
    const { add, file, known } = setUp();
    add(edge("a", "b"));
    await known.of(["a"]);
    file.length = 0;
    assert.equal((await known.of(["a"])).length, 1);
    known.forgetAll();
    assert.deepEqual(await known.of(["a"]), []);
  });

  it("answers whole when it has more to remember than it may", async () => {
    const { add, known } = setUp();
    add(edge("id 0", "b"));
    await known.of(["id 0"]);
    const many = Array.from({ length: 20_050 }, (_, i) => `id ${i}`);
    assert.deepEqual(await known.of(many), [edge("id 0", "b")]);
    assert.deepEqual(await known.of(["id 0"]), [edge("id 0", "b")]);
  });
});

describe("known types", () => {
  it("are read once and then learnt, also while they are read; a failure is no answer", async () => {
    const types = createKnownTypes();
    await assert.rejects(
      types.of(() => Promise.reject(new Error("away"))),
      /away/,
    );
    let letGo = (_: string[]) => {};
    const first = types.of(
      () =>
        new Promise((resolve) => {
          letGo = resolve;
        }),
    );
    types.learn(["c"]);
    letGo(["a"]);
    assert.deepEqual((await first).toSorted(), ["a", "c"]);
    types.learn(["a", "b"]);
    const again = await types.of(() => assert.fail("read already"));
    assert.deepEqual(again.toSorted(), ["a", "b", "c"]);
  });
});
