import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLifecycle } from "../../src/support/lifecycle.ts";
import { createArrayLog } from "./array-log.ts";

const forever = () => new Promise<void>(() => undefined);

describe("a lifecycle", () => {
  it("stops its parts in the reverse order of their adding, once", async () => {
    const life = createLifecycle(createArrayLog());
    const stopped: string[] = [];
    for (const name of ["a", "b", "c"]) life.add(name, () => void stopped.push(name));
    assert.equal(life.stopping(), false);
    const codes = await Promise.all([life.stop(1_000), life.stop(1_000)]);
    assert.deepEqual(
      [codes, stopped],
      [
        [0, 0],
        ["c", "b", "a"],
      ],
    );
    assert.equal(life.stopping(), true);
  });

  it("goes on after a part that fails, and answers 1", async () => {
    const life = createLifecycle(createArrayLog());
    let stopped = false;
    life.add("later", () => {
      stopped = true;
    });
    life.add("failing", () => Promise.reject(new Error("no")));
    assert.equal(await life.stop(1_000), 1);
    assert.ok(stopped);
  });

  it("leaves a part behind that hangs, in time for what the others need", async () => {
    const life = createLifecycle(createArrayLog());
    const lefts: number[] = [];
    life.add("first", (leftMs) => void lefts.push(leftMs));
    life.add("leases", (leftMs) => void lefts.push(leftMs), 400);
    life.add("hangs", forever);
    life.add("hangs too", forever);
    const began = performance.now();
    assert.equal(await life.stop(1_000), 1);
    const took = performance.now() - began;
    assert.ok(took < 1_000, `it took ${took} ms`);
    const [leases = 0, first = 0] = lefts;
    // A timer may be late by some milliseconds, which are the leases' too.
    assert.ok(leases >= 300, `${leases} ms were left for the leases`);
    assert.ok(first >= 50, `${first} ms were left for the first`);
  });

  it("gives a part what the ones before it left", async () => {
    const life = createLifecycle(createArrayLog());
    let left = 0;
    life.add("a", (leftMs) => {
      left = leftMs;
    });
    life.add("b", () => undefined);
    assert.equal(await life.stop(60_000), 0);
    assert.ok(left > 59_000 && left <= 60_000);
  });
});
