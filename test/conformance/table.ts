import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Find, Tables } from "../../src/contracts/table.ts";
import { StoreError } from "../../src/contracts.ts";
import { testAgainstMemory } from "./table-model.ts";
import { type Context, type Thing, things } from "./table-things.ts";

interface TablesUnderTest {
  readonly tables: Tables;
  close(): Promise<void>;
}

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const exact: Equal<
  Thing,
  {
    readonly id: string;
    readonly group: string;
    readonly order: number;
    readonly epoch?: number;
    readonly at?: Date;
    readonly note?: string;
    readonly open?: boolean;
    readonly keys?: readonly string[];
    readonly tags?: readonly string[];
    readonly facts?: unknown;
    readonly data?: Uint8Array;
    readonly expireAt?: Date;
  }
> = true;

function thing(n: number, rest: Partial<Thing> = {}): Thing {
  return { id: `thing ${n}`, group: "a", order: n, ...rest };
}

interface Options {
  readonly skip: string | false;
  /** Whether `atomically` takes back what it wrote when the work fails. */
  readonly transactions: boolean;
  /** Of random operations. */
  readonly runs: number;
}
type OpenTables = (now: () => number) => Promise<TablesUnderTest>;

/** What every driver promises; the same for each. `open` makes empty tables for `things`. */
export function testTables(kind: string, options: Options, open: OpenTables): void {
  describe(`the ${kind} tables`, { skip: options.skip }, () => {
    let opened: TablesUnderTest;
    let now = Date.now();
    const context = {
      get tables() {
        return opened.tables;
      },
      get table() {
        return opened.tables.of(things);
      },
      sleepUntil: (at: Date) => {
        now = at.getTime();
      },
    };
    beforeEach(async () => {
      now = Date.UTC(2026, 10, 20);
      opened = await open(() => now);
    });
    afterEach(() => opened.close());
    it("has rows whose type is exact", () => assert.ok(exact));
    testInserts(context);
    testValues(context);
    testQuestions(context);
    testWrites(context);
    testRefusals(context);
    testAtomically(context, options.transactions);
    testAgainstMemory(context, options.runs);
  });
}

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const orders = (rows: readonly Thing[]) => rows.map(({ order }) => order);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

function testInserts(context: Context): void {
  it("inserts what is new, and answers with what was there", async () => {
    const { table } = context;
    assert.deepEqual(await table.insert([thing(2), thing(5)]), []);
    const again = range(1, 7).map((n) => thing(n, { note: "again" }));
    const existing = await table.insert(again);
    assert.deepEqual(orders(existing).sort(), [2, 5]);
    assert.ok(existing.every(({ note }) => note === undefined));
    assert.deepEqual(
      (await table.find({ where: {}, order: ["order"] })).map(({ note }) => note),
      ["again", undefined, "again", "again", undefined, "again", "again"],
    );
    assert.deepEqual(ids(await table.insert([thing(8), thing(8, { note: "twice" })])), ["thing 8"]);
    assert.deepEqual(await table.insert([]), []);
  });

  it("shows a prefix to whoever looks while it inserts, around rows that exist", async () => {
    const { table } = context;
    const there = [300, 301, 700];
    await table.insert(there.map((n) => thing(n)));
    const added = range(1, 1_000).filter((n) => !there.includes(n));
    let done = false;
    const inserting = table.insert(range(1, 1_000).map((n) => thing(n))).finally(() => {
      done = true;
    });
    while (!done) {
      const seen = orders(await table.find({ where: {}, order: ["order"] }));
      const mine = seen.filter((n) => !there.includes(n));
      assert.deepEqual(mine, added.slice(0, mine.length));
    }
    assert.deepEqual(orders(await inserting).sort(), there);
  });

  it("gives a row to one of two who insert it", async () => {
    const { table } = context;
    const both = await Promise.all(
      ["one", "two"].map(async (note) => [note, await table.insert([thing(1, { note })])] as const),
    );
    const won = both.filter(([, existing]) => existing.length === 0).map(([note]) => note);
    const [row] = await table.get(["thing 1"]);
    assert.deepEqual(won, [row?.note]);
  });
}

function testValues(context: Context): void {
  const roundTrip = async (rest: Partial<Thing>) => {
    const { table } = context;
    await table.insert([thing(1, rest)]);
    const [inserted] = await table.get(["thing 1"]);
    await table.insert([thing(2)]);
    await table.update([{ id: "thing 2", set: rest }]);
    const [{ id: _, order: __, ...updated } = thing(0)] = await table.get(["thing 2"]);
    const { id: ___, order: ____, ...first } = inserted ?? thing(0);
    assert.deepEqual(updated, first);
    return inserted;
  };

  it("keeps every kind of value", async () => {
    const row = {
      epoch: 2 ** 53 - 1,
      at: new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 789)),
      note: "quotes ' \" ; -- $where \u{1f600} ünï",
      open: false,
      keys: ["b", "a", "b", ""],
      tags: [],
      data: new Uint8Array([0, 1, 255, 0]),
    };
    assert.deepEqual(await roundTrip(row), thing(1, row));
  });

  it("keeps any JSON", async () => {
    const facts = {
      empty: {},
      list: [{}, [], null, [[]]],
      "a.b": { $set: 1, "": 2, "c.d": { $e: {} } },
      nul: "a\0b",
      half: "\ud800",
      "\u{1f600}": "\u{1f600}",
      numbers: [0, -1, 1.5, 1e300, 2 ** 53 - 1],
      yes: true,
      no: false,
      nothing: null,
    };
    assert.deepEqual(await roundTrip({ facts }), thing(1, { facts }));
    const { table } = context;
    const values = ["text", "", "{", 0, false, null, [], "null"];
    await table.insert(values.map((each, n) => thing(n + 10, { facts: each })));
    const found = await table.find({ where: { order: { atLeast: 10 } }, order: ["order"] });
    assert.deepEqual(
      found.map((row) => row.facts),
      values,
    );
  });

  it("has no key for what is absent", async () => {
    const { table } = context;
    const given = { ...thing(1), note: undefined } as unknown as Thing;
    await table.insert([given]);
    assert.deepEqual(await table.get(["thing 1"]), [thing(1)]);
    await table.update([{ id: "thing 1", set: { note: "x", open: true, keys: ["k"] } }]);
    await table.update([{ id: "thing 1", set: { note: null, open: null, keys: null } }]);
    assert.deepEqual(await table.get(["thing 1"]), [thing(1)]);
    assert.deepEqual(
      await table.advance("thing 1", { note: { absent: true } }, { set: { order: 3 } }),
      { ...thing(1), order: 3 },
    );
  });

  it("keeps no NUL and no half of a pair in a text, and finds the row by what was given", async () => {
    const { table } = context;
    const row = thing(1, { id: "a\0b", note: "\ud800x", keys: ["k\0"], open: true });
    await table.insert([row]);
    const kept = { ...row, id: "a\u{fffd}b", note: "\u{fffd}x", keys: ["k\u{fffd}"] };
    assert.deepEqual(await table.get([row.id]), [kept]);
    assert.deepEqual(await table.find({ where: { note: "\ud800x", keys: "k\0", open: true } }), [
      kept,
    ]);
  });
}

function testQuestions(context: Context): void {
  const find = async (question: Find<Thing>) =>
    orders(await context.table.find({ order: ["order"], ...question }));

  it("gets rows by their ids, each once", async () => {
    const { table } = context;
    await table.insert(range(1, 5).map((n) => thing(n)));
    const found = await table.get(["thing 4", "thing 2", "nobody", "thing 4"]);
    assert.deepEqual(orders(found).sort(), [2, 4]);
    assert.deepEqual(await table.get([]), []);
    const many = range(1, 3_000).map((n) => `thing ${n}`);
    assert.equal((await table.get(many)).length, 5);
  });

  it("finds by every comparison", async () => {
    const { table } = context;
    const day = (n: number) => new Date(Date.UTC(2026, 10, n));
    await table.insert([
      thing(1, { note: "b", at: day(1), open: true }),
      thing(2, { note: "a", at: day(2), open: false }),
      thing(3, { note: "B" }),
      thing(4, { at: day(4), group: "b" }),
    ]);
    assert.deepEqual(await find({ where: {} }), [1, 2, 3, 4]);
    assert.deepEqual(await find({ where: { group: "a", note: "b" } }), [1]);
    assert.deepEqual(await find({ where: { note: { in: ["a", "B", "c"] } } }), [2, 3]);
    assert.deepEqual(await find({ where: { note: { in: [] } } }), []);
    assert.deepEqual(await find({ where: { note: { not: "b" } } }), [2, 3, 4]);
    assert.deepEqual(await find({ where: { note: { absent: true } } }), [4]);
    assert.deepEqual(await find({ where: { note: { absent: false } } }), [1, 2, 3]);
    assert.deepEqual(await find({ where: { note: { atLeast: "a", below: "b" } } }), [2]);
    assert.deepEqual(await find({ where: { at: day(2) } }), [2]);
    assert.deepEqual(await find({ where: { at: { above: day(1) } } }), [2, 4]);
    assert.deepEqual(await find({ where: { at: { in: [day(1), day(4)] } } }), [1, 4]);
    assert.deepEqual(await find({ where: { at: { atMost: day(2) } } }), [1, 2]);
    assert.deepEqual(await find({ where: { order: { above: 1, not: 3, below: 4 } } }), [2]);
    assert.deepEqual(await find({ where: { open: true } }), [1]);
    assert.deepEqual(await find({ where: { open: false } }), [2]);
    assert.deepEqual(await find({ where: { open: { not: true } } }), [2, 3, 4]);
    assert.deepEqual(await find({ where: { id: { above: "thing 2" } } }), [3, 4]);
    assert.equal(await table.count({ group: "a", note: { not: "b" } }), 2);
    assert.equal(await table.count({}), 4);
  });

  it("counts by the values of a field what is found", async () => {
    const { table } = context;
    assert.deepEqual(await table.counts("group", {}), new Map());
    await table.insert([
      thing(1, { note: "x", open: true }),
      thing(2, { group: "b", note: "x", open: true }),
      thing(3, { group: "b", open: true }),
      thing(4, { group: "é", open: false }),
    ]);
    const counted = async (...asked: Parameters<typeof table.counts>) =>
      [...(await table.counts(...asked))].sort();
    const open = { open: true, group: { in: ["a", "b", "é", "nobody"] } };
    assert.deepEqual(await counted("group", open), [
      ["a", 1],
      ["b", 2],
    ]);
    assert.deepEqual(await counted("group", { group: { in: [] } }), []);
    // Rows that lack the field have no value of it.
    assert.deepEqual(await counted("note", {}), [["x", 2]]);
    const refused = (error: unknown) => error instanceof StoreError && error.verdict === "refused";
    for (const field of ["order", "keys", "nobody"] as const) {
      await assert.rejects(() => table.counts(field as keyof Thing, {}), refused, field);
    }
  });

  for (const field of ["keys", "tags"] as const) {
    it(`finds a list by each of its members (${field})`, async () => {
      const { table } = context;
      await table.insert([
        thing(1, { [field]: ["x", "y", "x"], open: true }),
        thing(2, { [field]: ["y"], open: true }),
        thing(3, { [field]: ["x"] }),
        thing(4, { open: true }),
        thing(5, { [field]: [], open: true }),
      ]);
      const all = async (value: string) => [
        await find({ where: { [field]: value } }),
        await find({ where: { [field]: value, open: true } }),
      ];
      assert.deepEqual(await all("x"), [[1, 3], [1]]);
      assert.deepEqual(await find({ where: { [field]: { in: ["x", "y"] }, open: true } }), [1, 2]);
      assert.deepEqual(await find({ where: { [field]: { not: "x" } } }), [2, 4, 5]);
      assert.deepEqual(await find({ where: { [field]: { absent: true } } }), [4]);
      await table.update([{ id: "thing 1", set: { [field]: ["z"] } }]);
      await table.update([{ id: "thing 3", set: { open: true } }]);
      await table.upsert([{ id: "thing 5", set: { group: "a", order: 5, [field]: ["x"] } }]);
      assert.deepEqual(await all("x"), [
        [3, 5],
        [3, 5],
      ]);
      await table.updateAll({ order: { above: 3 } }, { set: { open: null } });
      await table.remove(["thing 3"]);
      assert.deepEqual(await all("x"), [[5], []]);
      assert.deepEqual(await all("z"), [[1], [1]]);
    });
  }

  it("answers in order, and pages through it in mixed directions without a skip or a double", async () => {
    const { table } = context;
    const rows = range(0, 39).map((n) =>
      thing(n, { id: `t${(n * 7) % 40}`, group: "abc"[n % 3] ?? "", order: n % 5 }),
    );
    await table.insert(rows);
    const order = ["-group", "order", "-id"] as const;
    const all = ids(await table.find({ where: {}, order }));
    assert.equal(all.length, 40);
    const expected = [...rows].sort(
      (a, b) =>
        (a.group < b.group ? 1 : a.group > b.group ? -1 : 0) ||
        a.order - b.order ||
        (a.id < b.id ? 1 : -1),
    );
    assert.deepEqual(all, ids(expected));
    const paged: string[] = [];
    let after: Thing | undefined;
    for (let page = 0; ; page += 1) {
      const found = await table.find({ where: {}, order, limit: 7, ...(after && { after }) });
      paged.push(...ids(found));
      after = found.at(-1);
      if (after === undefined) break;
      if (page > 3) continue;
      // One before and one behind: only the latter may still come.
      await table.insert([
        thing(1_000 + page, { id: `before ${page}`, group: "z" }),
        thing(1_000 + page, { id: `behind ${page}`, group: "0" }),
      ]);
    }
    assert.deepEqual(paged.slice(0, 40), all);
    assert.ok(paged.slice(40).every((id) => id.startsWith("behind")));
    assert.equal(new Set(paged).size, paged.length);
  });

  it("tells the values with which an index begins", async () => {
    const { table } = context;
    assert.deepEqual(await table.values("group"), []);
    await table.insert([3, 1, 2, 4].map((n) => thing(n, { group: "cabé"[n - 1] ?? "" })));
    await table.insert([thing(9, { group: "B" }), thing(10, { group: "a" })]);
    assert.deepEqual(await table.values("group"), ["B", "a", "b", "c", "é"]);
    for (const field of ["note", "order", "nobody"] as const) {
      const refused = (error: unknown) =>
        error instanceof StoreError && error.verdict === "refused";
      await assert.rejects(() => table.values(field as keyof Thing), refused, field);
    }
  });

  it("puts rows that lack a field before the others", async () => {
    const { table } = context;
    await table.insert([thing(1, { note: "a" }), thing(2), thing(3, { note: "b" })]);
    assert.deepEqual(await find({ where: {}, order: ["note"] }), [2, 1, 3]);
    assert.deepEqual(await find({ where: {}, order: ["-note"] }), [3, 1, 2]);
    assert.deepEqual(await find({ where: {}, order: ["note"], after: { note: "a" } }), [3]);
  });

  it("answers with nothing that has expired, swept or not", async () => {
    const { table } = context;
    const at = new Date(Date.UTC(2026, 10, 20, 1));
    await table.insert([thing(1, { expireAt: at }), thing(2), thing(3, { expireAt: at })]);
    assert.equal(await table.count({}), 3);
    context.sleepUntil(at);
    assert.deepEqual(await find({ where: {} }), [2]);
    assert.deepEqual(await find({ where: { expireAt: { absent: false } } }), []);
    assert.deepEqual(orders(await table.get(["thing 1", "thing 2"])), [2]);
    assert.equal(await table.count({ group: "a" }), 1);
    assert.equal(await table.advance("thing 1", {}, { set: { note: "late" } }), undefined);
    await table.upsert([{ id: "thing 1", set: { group: "a", order: 1, expireAt: null } }]);
    assert.deepEqual(await find({ where: {} }), [1, 2]);
  });
}

function testWrites(context: Context): void {
  const one = async () => (await context.table.get(["thing 1"]))[0];

  it("updates what its condition finds, and counts what it met", async () => {
    const { table } = context;
    await table.insert(range(1, 4).map((n) => thing(n, { epoch: n < 4 ? 1 : 2, open: true })));
    const write = (epoch: number, numbers: readonly number[]) =>
      table.update(
        numbers.map((n) => ({
          id: `thing ${n}`,
          where: { epoch },
          set: { note: `by ${epoch}`, open: null },
        })),
      );
    assert.equal(await write(1, [1, 2, 4, 9]), 2);
    // Met, although nothing changes.
    assert.equal(await write(1, [1, 2]), 2);
    assert.equal(await write(2, [1, 2, 3]), 0);
    assert.equal(await table.update([]), 0);
    assert.deepEqual(
      (await table.find({ where: { open: true }, order: ["order"] })).map(({ id }) => id),
      ["thing 3", "thing 4"],
    );
    assert.equal(await table.updateAll({ group: "a", open: true }, { set: { epoch: 3 } }), 2);
    assert.equal(await table.updateAll({ open: true, epoch: 1 }, { add: { order: 100 } }), 0);
    assert.equal(await table.count({ epoch: 3, open: true }), 2);
  });

  it("adds, and keeps the smallest and the greatest of texts, numbers and dates", async () => {
    const { table } = context;
    const day = (n: number) => new Date(Date.UTC(2026, 10, n));
    await table.insert([thing(1)]);
    const change = async (way: "min" | "max", epoch: number, note: string, at: Date) => {
      await table.update([{ id: "thing 1", [way]: { epoch, note, at } }]);
      const row = await one();
      return [row?.epoch, row?.note, row?.at?.getUTCDate()];
    };
    assert.deepEqual(await change("max", -5, "b", day(5)), [-5, "b", 5]);
    assert.deepEqual(await change("max", -10, "a", day(4)), [-5, "b", 5]);
    assert.deepEqual(await change("max", 10, "ba", day(10)), [10, "ba", 10]);
    assert.deepEqual(await change("min", 9, "b", day(9)), [9, "b", 9]);
    assert.deepEqual(await change("min", 10, "c", day(11)), [9, "b", 9]);
    await table.update([{ id: "thing 1", add: { order: 41, epoch: -10 } }]);
    assert.deepEqual([(await one())?.order, (await one())?.epoch], [42, -1]);
    await table.update([{ id: "thing 1", set: { epoch: null } }]);
    await table.update([{ id: "thing 1", add: { epoch: 7 } }]);
    assert.equal((await one())?.epoch, 7);
  });

  it("makes a row or changes the one that is there", async () => {
    const { table } = context;
    const upsert = (order: number, note: string) =>
      table.upsert([
        {
          id: "thing 1",
          create: { group: "made", note: "never", facts: { made: note } },
          set: { note, open: null },
          max: { order },
          min: { epoch: order },
        },
        { id: `thing of ${note}`, create: { group: "a", order } },
      ]);
    await upsert(5, "first");
    const made = { id: "thing 1", group: "made", order: 5, epoch: 5, facts: { made: "first" } };
    assert.deepEqual(await one(), { ...made, note: "first" });
    await upsert(3, "second");
    assert.deepEqual(await one(), { ...made, note: "second", epoch: 3 });
    await upsert(9, "second");
    assert.deepEqual(await one(), { ...made, note: "second", order: 9, epoch: 3 });
    assert.deepEqual(await table.get(["thing of second"]), [
      { id: "thing of second", group: "a", order: 3 },
    ]);
    await table.upsert([]);
  });

  it("loses no upsert of many at once", async () => {
    const { table } = context;
    const upsert = () =>
      table.upsert(
        [1, 2].map((n) => ({ id: `thing ${n}`, create: { group: "a" }, add: { order: 1 } })),
      );
    await Promise.all(Array.from({ length: 20 }, upsert));
    assert.deepEqual(orders(await table.find({ where: {} })), [20, 20]);
  });

  it("advances for one of two who saw the same", async () => {
    const { table } = context;
    await table.insert([thing(1, { epoch: 1 })]);
    const steps = await Promise.all(
      ["one", "two", "three"].map((note) =>
        table.advance("thing 1", { epoch: 1 }, { add: { epoch: 1 }, set: { note } }),
      ),
    );
    const won = steps.filter((row) => row !== undefined);
    assert.equal(won.length, 1);
    assert.deepEqual(won[0], await one());
    assert.equal(won[0]?.epoch, 2);
    assert.equal(await table.advance("nobody", {}, { add: { order: 1 } }), undefined);
  });

  it("loses no advance of many at once, and answers each with its own", async () => {
    const { table } = context;
    const numbers = range(1, 20);
    for (const n of numbers) {
      await table.insert([thing(n, { order: 0 })]);
      const advance = () => table.advance(`thing ${n}`, { group: "a" }, { add: { order: 1 } });
      const seen = await Promise.all(numbers.map(advance));
      const answers = seen.map((row) => row?.order ?? 0).sort((a, b) => a - b);
      assert.deepEqual(answers, numbers);
      assert.equal((await table.get([`thing ${n}`]))[0]?.order, numbers.length);
    }
  });

  it("removes rows, once and again", async () => {
    const { table } = context;
    await table.insert(range(1, 3).map((n) => thing(n)));
    await table.remove(["thing 1", "thing 3", "nobody"]);
    await table.remove(["thing 1"]);
    await table.remove([]);
    assert.deepEqual(orders(await table.find({ where: {} })), [2]);
  });
}

function testRefusals(context: Context): void {
  const refused = (work: () => Promise<unknown>) =>
    assert.rejects(work, (error) => error instanceof StoreError && error.verdict === "refused");

  it("refuses what the declaration does not know, before anything is written", async () => {
    const { table } = context;
    const wild = (value: unknown) => value as never;
    const bad = { ...thing(2), 'x" = 1; --': 1 };
    await refused(() => table.insert([thing(1), wild(bad)]));
    await refused(() => table.insert([thing(1), wild({ id: "thing 2", group: "a" })]));
    await refused(() => table.insert([thing(1), wild(thing(2, { order: wild("2") }))]));
    await refused(() => table.find({ where: wild({ note: { $ne: "x" } }) }));
    await refused(() => table.find({ where: wild({ note: ["x"] }) }));
    await refused(() => table.find({ where: wild({ __proto__: null, constructor: "x" }) }));
    await refused(() => table.find({ where: wild({ facts: "x" }) }));
    await refused(() => table.find({ where: {}, order: wild(["order, id"]) }));
    await refused(() => table.find({ where: {}, limit: 0 }));
    await refused(() => table.find({ where: {}, after: thing(1) }));
    await refused(() => table.count(wild({ order: { above: "1" } })));
    await refused(() => table.update([{ id: "thing 1", set: wild({ order: null }) }]));
    await refused(() => table.update([{ id: "thing 1" }]));
    await refused(() => table.update([{ id: "thing 1", set: { order: 1 }, add: { order: 1 } }]));
    await refused(() => table.upsert([{ id: "thing 1", set: { order: 1 } }]));
    await refused(() => table.advance("thing 1", {}, { set: wild({ id: "thing 2" }) }));
    await refused(() => table.updateAll({}, { add: wild({ note: 1 }) }));
    await refused(() => table.get([wild({ $gt: "" })]));
    assert.equal(await table.count({}), 0);
  });
}

function testAtomically(context: Context, transactions: boolean): void {
  it("runs work as one", async () => {
    const { table, tables } = context;
    const answer = await tables.atomically(async ({ of }) => {
      await of(things).insert([thing(1), thing(2)]);
      await of(things).update([{ id: "thing 1", add: { order: 10 } }]);
      await of(things).remove(["thing 2"]);
      return of(things).find({ where: {} });
    });
    assert.deepEqual(answer, [{ ...thing(1), order: 11 }]);
    assert.deepEqual(await table.find({ where: {} }), answer);
  });

  it("throws what the work throws, and takes back what it wrote where there are transactions", async () => {
    const { table, tables } = context;
    const failure = new Error("the work failed");
    const failing = tables.atomically(async ({ of }) => {
      await of(things).insert([thing(1, { open: true, keys: ["x"] })]);
      throw failure;
    });
    await assert.rejects(failing, (error) => error === failure);
    const left = transactions ? [] : ["thing 1"];
    assert.deepEqual(ids(await table.find({ where: {} })), left);
    assert.deepEqual(ids(await table.find({ where: { open: true, keys: "x" } })), left);
  });
}
