import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTick } from "node:timers/promises";
import { createKeyedMutex } from "../../src/support/keyed-mutex.ts";

it("runs what shares a key in the order of the calls, and everything else side by side", async () => {
  const mutex = createKeyedMutex();
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, ...keys: string[]) =>
    mutex.run(keys, async () => {
      log.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const all = [
    run("ab", "a", "b"),
    run("bc", "b", "c"),
    run("a", "a"),
    run("d", "d"),
    run("c", "c"),
  ];
  await nextTick();
  assert.deepEqual(log, ["ab", "d"]);
  ends.get("ab")?.();
  await nextTick();
  assert.deepEqual(log, ["ab", "d", "bc", "a"]);
  ends.get("bc")?.();
  await nextTick();
  assert.deepEqual(log, ["ab", "d", "bc", "a", "c"]);
  for (const name of ["a", "c", "d"]) ends.get(name)?.();
  await Promise.all(all);
});

it("answers with what the work answers with, and goes on behind what fails", async () => {
  const mutex = createKeyedMutex();
  const failed = mutex.run(["a"], () => Promise.reject(new Error("no")));
  const next = mutex.run(["a"], async () => 7);
  await assert.rejects(failed, /no/);
  assert.equal(await next, 7);
});
