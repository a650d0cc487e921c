import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { openEmbeddedBus } from "../../src/bus/embedded/embedded-bus.ts";
import type { Bus, QueueSpec } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { openAppendLog } from "../../src/support/append-log.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { statusEvent, textEvent } from "../support/sample-events.ts";
import { mountTinyDisk, needsMount } from "../support/tiny-disk.ts";
import { waitFor } from "../support/wait-for.ts";

const queue = (name: string, ...patterns: string[]): QueueSpec => ({
  name,
  patterns,
  quarantine: false,
  single: true,
});
const everything = queue("everything", "#");
const statuses = queue("statuses", "whatsapp.status.*");
const never = AbortSignal.timeout(600_000);

describe("openEmbeddedBus", () => {
  let folder: string;
  let path: string;
  let bus: Bus;
  const metrics = createMetrics();
  const open = async (...queues: QueueSpec[]) => {
    bus = await openEmbeddedBus({ path, queues, log: createArrayLog(), metrics });
  };
  const publish = (...events: ReturnType<typeof textEvent>[]) =>
    bus.publish(events.map(encodeEvent), never);
  const ready = async () => (await bus.queues()).map(({ ready }) => ready);
  const drain = async (spec: QueueSpec) => {
    const ids: string[] = [];
    const consumer = await bus.consume(spec, async (batch) => {
      ids.push(...batch.map(({ id }) => id));
    });
    await waitFor("the queue is empty", async () => {
      const state = (await bus.queues()).find(({ name }) => name === spec.name);
      return state?.ready === 0 && state.unacked === 0;
    });
    await consumer.close();
    return ids;
  };
  const rowsOnDisk = async () => {
    await bus.close();
    const names = [everything.name, statuses.name];
    const file = await openAppendLog({ path, cursors: names });
    const { rows } = file.size();
    await file.close();
    return rows;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waypost-embedded-"));
    path = join(folder, "bus.db");
  });
  afterEach(async () => {
    await bus.close();
    rmSync(folder, { recursive: true });
  });

  it("lets a queue declared for the first time begin at the end of the log", async () => {
    await open(everything);
    await publish(textEvent(1), statusEvent(2, "read"));
    await bus.close();
    await open(everything, statuses);
    assert.deepEqual(await ready(), [2, 0]);
    await publish(statusEvent(3, "read"));
    assert.deepEqual(await drain(statuses), ["evt_s3"]);
    assert.deepEqual(await drain(everything), ["evt_1", "evt_s2", "evt_s3"]);
  });

  it("does not let a queue that is declared no more hold back what is not for it", async () => {
    await open(everything, statuses);
    await publish(textEvent(1));
    await bus.close();
    await open(everything);
    for (let i = 2; i < 5; i += 1) await publish(textEvent(i));
    await drain(everything);
    await publish(textEvent(5));
    await drain(everything);
    assert.deepEqual(await ready(), [0, 0]);
    await waitFor("nothing is kept", async () => {
      const rows = await rowsOnDisk();
      await open(everything);
      return rows === 0;
    });
  });

  it("keeps on disk what waits in a queue that is declared no more, until that is removed", async () => {
    await open(everything, statuses);
    await publish(statusEvent(1, "read"), textEvent(2));
    await bus.close();
    await open(everything);
    await drain(everything);
    assert.equal(await rowsOnDisk(), 2);
    await open(everything);
    assert.deepEqual(await bus.queues(), [
      { name: "everything", ready: 0, unacked: 0, consumers: 0, dead: 0 },
      { name: "statuses", ready: 1, unacked: 0, consumers: 0, dead: 0 },
    ]);
    assert.equal(await bus.removeQueue(statuses.name), 1);
    assert.equal(await bus.removeQueue(statuses.name, { force: true }), 0);
    const shown = await metrics.registry.getSingleMetric("waypost_queue_ready")?.get();
    assert.equal(
      shown?.values.some(({ labels }) => labels["queue"] === statuses.name),
      false,
    );
    assert.equal(await rowsOnDisk(), 0);
    await open(everything, statuses);
    assert.deepEqual(await ready(), [0, 0]);
  });

  it("counts all that came for a former queue of which an older version wrote no patterns", async () => {
    const file = await openAppendLog({ path, cursors: [everything.name, statuses.name] });
    await file.append([{ key: "whatsapp.message.text", bytes: encodeEvent(textEvent(1)).bytes }]);
    await file.close();
    await open(everything);
    assert.deepEqual(await ready(), [1, 1]);
    await bus.close();
    await open(everything, statuses);
    assert.deepEqual(await ready(), [1, 0]);
  });

  it("keeps on disk only what a queue has not handled yet", async () => {
    await open(everything, statuses);
    for (let i = 0; i < 10; i += 1) await publish(statusEvent(i, "read"));
    await drain(everything);
    await bus.close();
    await open(everything, statuses);
    assert.deepEqual(await ready(), [0, 10]);
    await drain(statuses);
    assert.equal(await rowsOnDisk(), 0);
  });

  it("does not let a queue that takes none of the events hold them back", async () => {
    await open(everything, statuses);
    const idle = await bus.consume(statuses, async () => {});
    for (let i = 0; i < 1_000; i += 100) {
      await publish(...Array.from({ length: 100 }, (_, n) => textEvent(i + n)));
    }
    await drain(everything);
    await idle.close();
    assert.equal(await rowsOnDisk(), 0);
  });

  it("rejects when the signal aborts during the publish", async () => {
    await open(everything);
    const abort = new AbortController();
    const publishing = bus.publish([encodeEvent(textEvent(1))], abort.signal);
    abort.abort(new Error("too late"));
    await assert.rejects(publishing, /too late/);
  });

  it("refuses a second consumer of a queue and a queue that is not declared", async () => {
    await open(everything);
    await bus.consume(everything, async () => {});
    await assert.rejects(
      bus.consume(everything, async () => {}),
      /has its consumer/,
    );
    await assert.rejects(
      bus.consume(statuses, async () => {}),
      /not declared/,
    );
  });

  it("shows what waits and what is dead as metrics", async () => {
    await open(everything);
    await publish(textEvent(1), textEvent(2));
    await bus.publish([{ ...encodeEvent(textEvent(3)), bytes: Buffer.from("[]") }], never);
    const gauge = async (name: string) => {
      const metric = await metrics.registry.getSingleMetric(name)?.get();
      return metric?.values.find(({ labels }) => labels["queue"] === everything.name)?.value;
    };
    await waitFor("they wait", async () => (await gauge("waypost_queue_ready")) === 3);
    await drain(everything);
    await waitFor("one is dead", async () => (await gauge("waypost_queue_dead")) === 1);
    assert.equal(await gauge("waypost_queue_ready"), 0);
  });

  it("cannot be opened twice", async () => {
    await open(everything);
    const again = openEmbeddedBus({ path, queues: [], log: createArrayLog(), metrics });
    await assert.rejects(again, /in use by another waypost/);
  });

  it("rejects publishes while the disk is full, says so, hands over what it has, and recovers", async (t) => {
    const disk = mountTinyDisk(8);
    path = join(disk?.folder ?? folder, "bus.db");
    await open(everything);
    if (disk === undefined) return t.skip(needsMount);
    t.after(() => bus.close().finally(() => disk.remove()));
    await publish(textEvent(1));
    const others = join(disk.folder, "others");
    assert.throws(() => writeFileSync(others, Buffer.alloc(8_000_000)), { code: "ENOSPC" });
    const large = textEvent(2, "x".repeat(500_000));
    await assert.rejects(async () => {
      for (;;) await publish(large);
    });
    assert.equal(bus.health().ready, false);
    assert.match(bus.health().reason ?? "", /cannot write/);
    assert.equal((await drain(everything))[0], "evt_1");
    rmSync(others);
    const works = () =>
      publish(textEvent(3)).then(
        () => true,
        () => false,
      );
    await waitFor("it takes events again", works);
    assert.equal(bus.health().ready, true);
    assert.equal((await drain(everything)).at(-1), "evt_3");
  });
});
