import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { newestPerAccount } from "../../../src/store/accounts.ts";
import { indexEvent } from "../../../src/store/log/event-index.ts";
import { project } from "../../../src/store/log/projection.ts";
import {
  joinByRow,
  joinChanges,
  type RowChange,
  rowOf,
} from "../../../src/store/log/row-change.ts";
import { makeEvent, makeStatus, phoneNumberId, wabaId } from "../make-events.ts";

const statuses = ["sent", "delivered", "read", "played", "failed", "in_orbit"];

/** Changes that events make of one message and one conversation, many of them at the same moment. */
const someEvent = fc
  .record({
    id: fc.integer({ min: 0, max: 6 }),
    at: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom(...statuses),
    name: fc.option(fc.constantFrom("Mia", "Mia Kern", "😀"), { nil: undefined }),
    code: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom("status", "in", "out"),
  })
  .map(({ id, at, status, name, code, kind }) => {
    const contact = { waId: "15555550123", ...(name !== undefined && { name }) };
    const parts = { id: `evt_${id}_${at}_${status}_${name}_${code}_${kind}`, at, contact };
    if (kind === "status") {
      const errors = [{ code, title: `error ${code}` }];
      const pricing = { category: `c${code}` };
      return makeStatus("wamid.1", status, {
        ...parts,
        data: { status: { messageId: "wamid.1", status, errors, pricing } },
      });
    }
    const direction = kind === "in" ? "in" : "out";
    return makeEvent({ ...parts, data: { message: { id: "wamid.1", type: status, direction } } });
  });

const changes = (pick: "message" | "conversation") =>
  someEvent.map((event): RowChange => project(event)[pick] ?? assert.fail("no change"));

for (const pick of ["message", "conversation"] as const) {
  it(`joins the changes of a ${pick} commutatively, associatively and idempotently`, () => {
    const one = changes(pick);
    fc.assert(
      fc.property(one, one, one, (a, b, c) => {
        assert.deepEqual(joinChanges(a, b), joinChanges(b, a));
        assert.deepEqual(joinChanges(joinChanges(a, b), c), joinChanges(a, joinChanges(b, c)));
        assert.deepEqual(joinChanges(joinChanges(a, b), b), joinChanges(a, b));
      }),
      { numRuns: 500 },
    );
  });

  it(`comes to the same ${pick} whatever the order, the batches and the repeats`, () => {
    fc.assert(
      fc.property(
        fc.array(changes(pick), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (all, random) => {
          const keyed = [...all, ...all].map((each) => ({ each, key: random.next().value ?? 0 }));
          const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
          const half = Math.floor(shuffled.length / 2);
          const batches = [joinByRow(shuffled.slice(0, half)), joinByRow(shuffled.slice(half))];
          assert.deepEqual(joinByRow(batches.flat()), joinByRow([...all, ...all]));
        },
      ),
      { numRuns: 300 },
    );
  });
}

it("has one row each, with dotted names nested", () => {
  const a: RowChange = {
    id: "a",
    max: { lastAt: "2" },
    min: { "statusAt.sent": "5" },
    add: { s: ["x"] },
  };
  const b: RowChange = { id: "b", max: {}, min: {}, add: {} };
  const again: RowChange = {
    id: "a",
    max: { lastAt: "10" },
    min: { "statusAt.sent": "4", "statusAt.read": "6", firstAt: "1" },
    add: { s: ["w"] },
  };
  const joined = joinByRow([a, b, again]);
  assert.deepEqual(
    joined.map(({ id }) => id),
    ["a", "b"],
  );
  assert.deepEqual(rowOf(joined[0] ?? a), {
    _id: "a",
    lastAt: "2",
    firstAt: "1",
    statusAt: { sent: "4", read: "6" },
    s: ["w", "x"],
  });
});

it("takes no operator or path from a payload into a row", () => {
  const status = {
    messageId: "wamid.1",
    status: "$set",
    errors: [{ code: { $gt: 1 }, title: ["x"] }],
    pricing: { $where: "x", "a.b": 1, billable: true, nested: { a: 1 } },
  };
  const { message } = project(makeEvent({ data: { status: status as never } }));
  assert.deepEqual(Object.keys(message?.min ?? {}), ["sentAt", "statusAt.unknown"]);
  assert.deepEqual(message?.add, {});
  const pricing = message?.max["pricing"];
  assert.ok(typeof pricing === "object" && "value" in pricing);
  assert.deepEqual(pricing.value, { billable: true });
});

it("projects nothing from an event that is about no message, person or account", () => {
  const event = makeEvent({ type: "business.order", account: {}, contact: {} });
  const accounts = (of: WaypostEvent) => [...newestPerAccount([indexEvent(of)]).keys()];
  const { message, conversation, aliases } = project(event);
  assert.deepEqual(
    [message, conversation, aliases, accounts(event)],
    [undefined, undefined, [], []],
  );
  assert.deepEqual(accounts(makeEvent({ account: { wabaId } })), [wabaId]);
  assert.deepEqual(accounts(makeEvent()), [phoneNumberId]);
});
