import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { Table } from "../../src/contracts/table.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { type Context, type Thing, things } from "./table-things.ts";

type Run = (table: Table<Thing>) => Promise<unknown>;

const start = Date.UTC(2026, 10, 20);
const id = fc.constantFrom("a", "b", "c", "d", "e", "f");
const note = fc.constantFrom("", "x", "xy", "Y", "é", "q'\"");
const number = fc.integer({ min: -3, max: 3 });
const day = number.map((n) => new Date(start + n * 86_400_000));
const members = fc.array(fc.constantFrom("k", "l", "m"), { maxLength: 3 });
const optional = {
  epoch: number,
  at: day,
  note,
  open: fc.boolean(),
  keys: members,
  tags: members,
  facts: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  data: fc.uint8Array({ maxLength: 4 }),
  expireAt: day,
};
const required = { group: fc.constantFrom("a", "b"), order: number };
const row: fc.Arbitrary<Thing> = fc.record(
  { id, ...required, ...optional },
  { requiredKeys: ["id", "group", "order"] },
);

const comparable = { epoch: number, at: day, note, order: number };
const comparison = <T>(value: fc.Arbitrary<T>) =>
  fc.record(
    {
      in: fc.array(value, { maxLength: 3 }),
      not: value,
      below: value,
      atMost: value,
      above: value,
      atLeast: value,
      absent: fc.boolean(),
    },
    { requiredKeys: [] },
  );
const member = fc.constantFrom("k", "l", "m");
const whereParts = {
  group: required.group,
  order: fc.oneof(number, comparison(number)),
  epoch: fc.oneof(number, comparison(number)),
  at: fc.oneof(day, comparison(day)),
  note: fc.oneof(note, comparison(note)),
  open: fc.oneof(fc.boolean(), fc.record({ not: fc.boolean() })),
  keys: fc.oneof(member, fc.record({ in: fc.array(member) }), fc.record({ not: member })),
  tags: member,
  facts: fc.record({ absent: fc.boolean() }),
};
const where = fc.record(whereParts, { requiredKeys: [] });
const groups = fc.oneof(
  required.group,
  fc.record({ in: fc.array(fc.constantFrom("a", "b", "z"), { maxLength: 4 }) }),
);

/** Each field in one of the parts at most. */
const change = fc
  .record(
    Object.fromEntries(
      Object.entries({ ...required, ...optional }).map(([name, value]) => {
        type Way = { readonly does: string; readonly value: unknown };
        const ways = ["set", ...(name in comparable ? ["min", "max"] : [])];
        const set = fc.record({
          does: fc.constantFrom(...ways),
          value: value as fc.Arbitrary<unknown>,
        });
        const none = fc.constant({ does: "set", value: null as unknown });
        const add = fc.record({ does: fc.constant("add"), value: number as fc.Arbitrary<unknown> });
        const more = [...(name in optional ? [none] : []), ...(name === "epoch" ? [add] : [])];
        return [name, fc.oneof(set, ...more) as fc.Arbitrary<Way>];
      }),
    ),
    { requiredKeys: [] },
  )
  .filter((fields) => Object.keys(fields).length > 0)
  .map((fields) => {
    const parts: Record<string, Record<string, unknown>> = {};
    for (const [name, way] of Object.entries(fields)) {
      if (way === undefined) continue;
      const { does, value } = way;
      parts[does] ??= {};
      parts[does][name] = value;
    }
    return parts;
  });

const byId = (rows: readonly Thing[]) => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
const order = fc.constantFrom(
  ["order", "id"] as const,
  ["-order", "id"] as const, // behind `group` in an index
  ["group", "-order", "-id"] as const,
  ["-order", "-id"] as const,
  ["-note", "id"] as const,
);
const few = <T extends { readonly id: string }>(each: fc.Arbitrary<T>) =>
  fc.uniqueArray(each, { maxLength: 5, selector: (one) => one.id });
const run = (text: string, work: Run) => ({ work, toString: () => text });
const operation = fc.oneof(
  few(row).map((rows) =>
    run(`insert ${fc.stringify(rows)}`, async (t) => byId(await t.insert(rows))),
  ),
  few(fc.tuple(row, change).map(([made, parts]) => ({ id: made.id, create: made, ...parts }))).map(
    (rows) => run(`upsert ${fc.stringify(rows)}`, (t) => t.upsert(rows)),
  ),
  few(
    fc.record({ id, where, parts: change }).map(({ parts, ...rest }) => ({ ...rest, ...parts })),
  ).map((rows) => run(`update ${fc.stringify(rows)}`, (t) => t.update(rows))),
  fc
    .tuple(where, change)
    .map(([on, parts]) =>
      run(`updateAll ${fc.stringify([on, parts])}`, (t) => t.updateAll(on, parts)),
    ),
  fc
    .tuple(id, where, change)
    .map(([one, on, parts]) =>
      run(`advance ${fc.stringify([one, on, parts])}`, (t) => t.advance(one, on, parts)),
    ),
  fc.array(id, { maxLength: 2 }).map((gone) => run(`remove ${gone}`, (t) => t.remove(gone))),
  where.map((on) => run(`count ${fc.stringify(on)}`, (t) => t.count(on))),
  where.map((on) =>
    run(`counts ${fc.stringify(on)}`, async (t) => [...(await t.counts("group", on))].sort()),
  ),
  fc.constant(run("values", (t) => t.values("group"))),
  fc.array(id).map((some) => run(`get ${some}`, async (t) => byId(await t.get(some)))),
  fc
    .record(
      {
        where: fc.record({ ...whereParts, group: groups }, { requiredKeys: [] }),
        order,
        limit: fc.integer({ min: 1, max: 4 }),
        after: row,
        as: fc.constantFrom("lookup", "list"),
      },
      { requiredKeys: ["where", "order"] },
    )
    .filter(
      ({ after, order: by }) =>
        after?.note !== undefined || !by.some((name) => name === "-note") || after === undefined,
    )
    .map((question) => run(`find ${fc.stringify(question)}`, (t) => t.find(question))),
);

/** Whatever is done, a driver answers as the tests' own tables do. */
export function testAgainstMemory(context: Context, numRuns: number): void {
  it("answers as plain maps would, whatever is done", async () => {
    const all: Run = async (table) => byId(await table.find({ where: {} }));
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
        const model = createMemoryTables(() => start).of(things);
        const { table } = context;
        await table.remove(["a", "b", "c", "d", "e", "f"]);
        for (const { work } of [...operations, { work: all }]) {
          assert.deepEqual(await work(table), await work(model));
        }
      }),
      { numRuns },
    );
  });
}
