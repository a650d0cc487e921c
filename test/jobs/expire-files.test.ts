import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FileVault, MediaRows, WaypostEvent } from "../../src/contracts.ts";
import { createMedia } from "../../src/destinations/media/media.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { startExpiringFiles } from "../../src/jobs/media/expire-files.ts";
import { openDirectory } from "../../src/media/directory.ts";
import { createJobRows } from "../../src/store/jobs.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { jpeg } from "../destinations/media/graph-stub.ts";
import { hexOf, type Rig, startRig } from "../destinations/media/rig.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { waitFor } from "../support/wait-for.ts";

const hour = 3_600_000;

let rig: Rig;
let vault: FileVault;
beforeEach(async () => {
  rig = await startRig({ retentionMs: () => hour });
  vault = await openDirectory(rig.dir);
});
afterEach(() => rig.close());

/** The job on a clock that is so far ahead. */
function startJob(aheadMs: number, parts: { rows?: MediaRows; vault?: FileVault } = {}) {
  const clock = createFakeClock(Date.now() + aheadMs);
  const log = createArrayLog();
  const rows = createJobRows(createMemoryTables(), {
    exclusive: true,
    before: async () => undefined,
  });
  const jobs = createJobs({ rows, holder: "a", clock, log });
  return {
    log,
    clock,
    ...startExpiringFiles({ rows: rig.rows, vault, ...parts, jobs, log, clock }),
  };
}

const saved = (mediaId: string, expireAt: Date) =>
  rig.rows.get([mediaId]).then(async ([row]) => {
    assert.ok(row);
    assert.equal(await rig.rows.save({ ...row, expireAt }), true);
  });
const expire = (mediaId: string) => saved(mediaId, new Date(Date.now() - hour));

describe("files whose time is over", () => {
  it("are removed with their rows, and no others", async () => {
    await rig.deliver(rig.file("1", { bytes: jpeg(100, 1) }));
    await rig.deliver(rig.file("2", { bytes: jpeg(100, 2) }));
    await expire("1");
    const job = startJob(0);
    const left = [hexOf(jpeg(100, 2))];
    await waitFor("the file is gone", async () => (await rig.onDisk()).length === 1);
    assert.deepEqual(await rig.onDisk(), left);
    assert.equal(await rig.library.find("1"), undefined);
    assert.ok(await rig.library.find("2"));
    await job.close();
  });

  it("stay while another message has the same bytes, and go with the last", async () => {
    const bytes = jpeg();
    await rig.deliver(rig.file("1", { bytes }));
    await rig.deliver(rig.file("2", { bytes }));
    await expire("1");
    const job = startJob(0);
    await waitFor(
      "the row is gone",
      async () => (await rig.rows.expire(new Date(), 9)).length === 0,
    );
    assert.deepEqual(await rig.onDisk(), [hexOf(bytes)]);
    await expire("2");
    await job.clock.advance(61_000);
    await waitFor("the file is gone", async () => (await rig.onDisk()).length === 0);
    await job.close();
  });

  it("are removed later when they cannot be now, and nobody is told of them meanwhile", async () => {
    await rig.deliver(rig.file("1", { bytes: jpeg() }));
    await expire("1");
    let fails = true;
    const failing: FileVault = {
      ...vault,
      remove: (sha256) => (fails ? Promise.reject(new Error("read-only")) : vault.remove(sha256)),
    };
    const job = startJob(0, { vault: failing });
    await waitFor("it is told", () => job.log.lines.length > 0);
    assert.equal(await rig.library.find("1"), undefined);
    assert.equal((await rig.onDisk()).length, 1);
    fails = false;
    await job.clock.advance(61_000);
    await waitFor("the file is gone", async () => (await rig.onDisk()).length === 0);
    await job.close();
  });
});

/** Calls that wait for their turn, by who makes them. */
function createTurns(order: string) {
  const waiting = new Map<string, () => void>();
  const ended = new Set<string>();
  const left = [...order];
  const next = () => {
    // Who has ended needs no turn, and after the last turn everybody goes on.
    while (left.length > 0 && ended.has(left[0] ?? "")) left.shift();
    const ready = left.length === 0 ? [...waiting.keys()] : [left[0] ?? ""];
    for (const who of ready) {
      const go = waiting.get(who);
      if (go === undefined) continue;
      waiting.delete(who);
      left.shift();
      go();
    }
  };
  return {
    end(who: string) {
      ended.add(who);
      next();
    },
    /** Each call of `target`'s methods named here waits for a turn before it is made. */
    wrap<T extends object>(who: string, target: T, names: readonly (keyof T)[]): T {
      const wrapped = { ...target };
      for (const name of names) {
        const method = target[name] as (...args: unknown[]) => Promise<unknown>;
        const inTurn = async (...args: unknown[]) => {
          await new Promise<void>((resolve) => {
            waiting.set(who, resolve);
            next();
          });
          return method(...args);
        };
        wrapped[name] = inTurn as T[keyof T];
      }
      return wrapped;
    },
  };
}

/** Every way to lay `a` f's and `b` s's in a row. */
function orders(a: number, b: number): string[] {
  if (a === 0 || b === 0) return ["f".repeat(a) + "s".repeat(b)];
  return [
    ...orders(a - 1, b).map((rest) => `f${rest}`),
    ...orders(a, b - 1).map((rest) => `s${rest}`),
  ];
}

describe("a file that is fetched while the same bytes, of another message, are removed", () => {
  for (const order of orders(3, 4)) {
    it(`is there when it counts as kept, in the order ${order}`, async () => {
      const bytes = jpeg();
      await rig.deliver(rig.file("old", { bytes }));
      await expire("old");
      const turns = createTurns(order);
      const rows = turns.wrap("s", rig.rows, ["expire", "isShared", "remove"]);
      const job = startJob(0, {
        rows: {
          ...rows,
          async remove(ids) {
            await rows.remove(ids);
            turns.end("s");
          },
        },
        vault: turns.wrap("s", vault, ["remove"]),
      });
      const fetching = createMedia({
        rows: turns.wrap("f", rig.rows, ["save"]),
        vault: turns.wrap("f", vault, ["keep"]),
        ...{ maxBytes: 10_000, retentionMs: () => hour },
        graph: { graphUrl: rig.graph.url, accessToken: rig.graph.accessToken },
        without: async () => [],
        settled: () => undefined,
      });
      const event: WaypostEvent = rig.file("new", { bytes });
      const context = { destination: "media" } as Parameters<typeof fetching.deliver>[1];
      const { signal } = new AbortController();
      const outcome = await fetching
        .deliver(event, context, signal)
        .then(
          () => "kept",
          ({ laneOnly }) => (laneOnly ? "later" : "failed"),
        )
        .finally(() => turns.end("f"));
      await waitFor(
        "the row is gone",
        async () => (await rig.rows.expire(new Date(), 9)).length === 0,
      );
      await job.close();
      assert.notEqual(outcome, "failed");
      if (outcome === "later") await rig.deliver(event);
      const file = await rig.library.find("new");
      assert.ok(file !== undefined && !("absent" in file), `${outcome} ${JSON.stringify(file)}`);
      await fetching.close();
    });
  }
});
