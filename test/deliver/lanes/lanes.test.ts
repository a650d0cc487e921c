import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type OpenRow, openRow } from "../../../src/deliver/lanes/lane.ts";
import { createLanes } from "../../../src/deliver/lanes/lanes.ts";
import { createFakeClock } from "../fake-clock.ts";

function rowOf(seq: number, laneKeys: readonly string[]): OpenRow {
  const row = {
    id: `crm:evt_${seq}`,
    destination: "crm",
    eventId: `evt_${seq}`,
    eventType: "whatsapp.message.text",
    route: "all",
    laneKeys,
    seq,
    state: "open",
    attempts: 0,
    history: [],
    createdAt: "2026-11-20T10:00:00.000Z",
  } as const;
  return openRow(row, 0, createFakeClock());
}

describe("lanes", () => {
  it("keep the rows of a conversation by seq, in whatever order they come", () => {
    const lanes = createLanes();
    for (const seq of [3, 5, 1, 2]) lanes.add(rowOf(seq, ["a"]));
    const other = lanes.add(rowOf(4, ["b"]));
    assert.deepEqual(
      other?.rows.map(({ seq }) => seq),
      [4],
    );
    const lane = lanes.laneOf(rowOf(9, ["a"]));
    assert.deepEqual(
      lane.rows.map(({ seq }) => seq),
      [1, 2, 3, 5],
    );
    assert.equal(lanes.add(rowOf(2, ["a"])), undefined, "it is known");
    assert.equal(lanes.size(), 5);
    const seqs = [...lanes.rows()].map(({ seq }) => seq);
    assert.deepEqual(seqs.sort(), [1, 2, 3, 4, 5]);
    assert.deepEqual([lanes.has("crm:evt_4"), lanes.find("crm:evt_4")?.seq], [true, 4]);
    assert.deepEqual([lanes.has("crm:evt_9"), lanes.find("crm:evt_9")], [false, undefined]);
  });

  it("are joined by a row that holds keys of several, running ones too", () => {
    const lanes = createLanes();
    const [a, b] = [rowOf(1, ["a"]), rowOf(2, ["b"])];
    for (const row of [a, b]) {
      const lane = lanes.add(row);
      if (lane !== undefined) lane.running += 1;
    }
    const joined = lanes.add(rowOf(3, ["a", "b"]));
    assert.deepEqual(
      joined?.rows.map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.equal(joined?.running, 2);
    assert.equal(lanes.laneOf(a), joined);
    assert.equal(lanes.laneOf(b), joined);
  });

  it("are joined into the largest, wherever its key stands", () => {
    for (const keys of [
      ["large", "small", "none"],
      ["small", "large"],
    ]) {
      const lanes = createLanes();
      const large = [1, 2, 4].map((seq) => lanes.add(rowOf(seq, ["large"])))[0];
      lanes.add(rowOf(3, ["small"]));
      const joined = lanes.add(rowOf(5, keys));
      assert.equal(joined, large);
      assert.deepEqual(
        joined?.rows.map(({ seq }) => seq),
        [1, 2, 3, 4, 5],
      );
    }
  });

  it("hold a row without a key alone", () => {
    const lanes = createLanes();
    const [one, other] = [rowOf(1, []), rowOf(2, [])];
    assert.notEqual(lanes.add(one), lanes.add(other));
    assert.deepEqual(lanes.laneOf(one).rows, [one]);
    lanes.remove(one);
    assert.deepEqual([...lanes.rows()], [other]);
  });

  it("are forgotten with their last row", () => {
    const lanes = createLanes();
    const [first, link, last] = [rowOf(1, ["a"]), rowOf(2, ["a", "b"]), rowOf(3, ["b"])];
    for (const row of [first, link, last]) lanes.add(row);
    const removed = lanes.watchRemovals();
    for (const row of [first, link]) lanes.remove(row);
    assert.equal(
      lanes.laneOf(last),
      lanes.laneOf(rowOf(9, ["a"])),
      "while one is left they stay one",
    );
    lanes.remove(last);
    assert.ok(removed.has(first) && removed.has(last));
    assert.ok(!removed.has({ ...first, seq: 10 }), "opened again, it is another");
    assert.equal(lanes.size(), 0);
    assert.throws(() => lanes.laneOf(last), /a row without a lane/);
    removed.stop();
    const late = rowOf(6, ["a"]);
    lanes.add(late);
    lanes.remove(late);
    assert.ok(!removed.has(late), "it no longer watches");
    assert.notEqual(lanes.add(rowOf(4, ["a"])), lanes.add(rowOf(5, ["b"])));
  });

  it("are the connected sets of rows that share a key, each by seq", () => {
    const keys = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 30 }), (all) => {
        const lanes = createLanes();
        const rows = all.map((laneKeys, seq) => rowOf(seq, laneKeys));
        for (const row of rows) lanes.add(row);
        for (const row of rows) {
          const { rows: own } = lanes.laneOf(row);
          const seqs = own.map(({ seq }) => seq);
          assert.deepEqual(
            seqs,
            [...seqs].sort((a, b) => a - b),
          );
          for (const other of rows) {
            const shares = other.laneKeys.some((key) => row.laneKeys.includes(key));
            if (shares) assert.equal(lanes.laneOf(other), lanes.laneOf(row));
          }
          assert.ok(own.length === 1 || own.some((each) => each !== row && shared(each, own)));
        }
      }),
    );
  });
});

describe("a lane with more rows than memory holds", () => {
  it("keeps the numbers of the rest, also of what comes in later, and takes them in by half of the bound", () => {
    const lanes = createLanes(4);
    for (const seq of [1, 2, 3, 4, 5, 6, 8, 9]) lanes.add(rowOf(seq, ["a"]));
    const lane = lanes.add(rowOf(7, ["a"]));
    assert.ok(lane);
    assert.deepEqual(lane.parked, [5, 6, 7, 8, 9]);
    assert.deepEqual([lanes.size(), lanes.parked()], [4, 5]);
    assert.equal(lanes.has("crm:evt_5"), false);
    assert.deepEqual(lanes.nextParked(lane), [], "there is enough yet");
    for (const row of lane.rows.slice(0, 3)) lanes.remove(row);
    lanes.add(rowOf(10, ["a"]));
    assert.deepEqual(lanes.nextParked(lane), [5, 6]);
    assert.deepEqual(lanes.nextParked(lane), [], "it is being read");
    // Number 5 has been given up meanwhile.
    assert.equal(lanes.unpark(lane, [5, 6], [rowOf(6, ["a"])]), lane);
    assert.deepEqual(
      lane.rows.map(({ seq }) => seq),
      [4, 6],
    );
    assert.deepEqual(lane.parked, [7, 8, 9, 10]);
  });

  it("lives as long as something of it is parked", () => {
    const lanes = createLanes(1);
    const first = rowOf(1, ["a"]);
    const lane = lanes.add(first);
    assert.ok(lane);
    lanes.add(rowOf(2, ["b", "a"]));
    lanes.remove(first);
    assert.equal(lanes.laneOf(rowOf(9, ["b"])), lane);
    lanes.unpark(lane, lanes.nextParked(lane), []);
    assert.throws(() => lanes.laneOf(rowOf(9, ["b"])));
  });

  it("loses no row and tries none before an earlier one, whatever comes, goes and is joined", () => {
    const keys = fc.uniqueArray(fc.constantFrom(..."abcde"), { minLength: 1, maxLength: 2 });
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: keys }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
      fc.record({ read: fc.nat() }),
      fc.record({ answer: fc.nat() }),
    );
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 80 }),
        fc.integer({ min: 1, max: 5 }),
        (acts, most) => {
          const lanes = createLanes(most);
          const ledger = new Map<number, OpenRow>();
          const reading: {
            lane: Parameters<typeof lanes.nextParked>[0];
            seqs: readonly number[];
          }[] = [];
          const pick = <T>(from: readonly T[], n: number) => from[n % Math.max(1, from.length)];
          acts.forEach((each, seq) => {
            if ("add" in each) {
              ledger.set(seq, rowOf(seq, each.add));
              lanes.add(rowOf(seq, each.add));
            } else if ("remove" in each) {
              const heads = [...lanes.all()].flatMap(({ rows }) => rows[0] ?? []);
              const head = pick(heads, each.remove);
              if (head === undefined) return;
              ledger.delete(head.seq);
              lanes.remove(head);
            } else if ("read" in each) {
              const lane = pick([...lanes.all()], each.read);
              const seqs = lane === undefined ? [] : lanes.nextParked(lane);
              if (lane !== undefined && seqs.length > 0) reading.push({ lane, seqs });
            } else {
              const [read] = reading.splice(each.answer % Math.max(1, reading.length), 1);
              const rows = read?.seqs.flatMap((n) => ledger.get(n) ?? []);
              if (read) lanes.unpark(read.lane, read.seqs, rows ?? []);
            }
            assertWhole(lanes, ledger);
          });
        },
      ),
    );
  });
});

/** Each open row is in memory or parked, in one lane with all that it shares a key with; parked ones come last. */
function assertWhole(
  lanes: ReturnType<typeof createLanes>,
  ledger: ReadonlyMap<number, OpenRow>,
): void {
  const ascending = (numbers: readonly number[]) =>
    numbers.every((number, i) => i === 0 || (numbers[i - 1] ?? 0) < number);
  assert.equal(lanes.size() + lanes.parked(), ledger.size);
  for (const { rows, parked } of lanes.all()) {
    assert.ok(ascending([...rows.map(({ seq }) => seq), ...parked]));
  }
  for (const [seq, row] of ledger) {
    const lane = lanes.laneOf(row);
    for (const key of row.laneKeys) assert.ok(lane.keys.has(key));
    assert.ok(lane.rows.some((held) => held.seq === seq) || lane.parked.includes(seq));
  }
}

/** It shares a key with another of its lane. */
function shared(row: OpenRow, lane: readonly OpenRow[]): boolean {
  return lane.some(
    (other) => other !== row && other.laneKeys.some((k) => row.laneKeys.includes(k)),
  );
}
