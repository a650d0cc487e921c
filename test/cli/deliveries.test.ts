import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Delivery } from "../../src/contracts.ts";
import { addDelivery, addScheduled } from "../ops/deliveries/ledger-rows.ts";
import { type Harness, startOps, token } from "../ops/harness.ts";
import { runCli } from "../support/cli.ts";
import { textEvent } from "../support/sample-events.ts";

const run = (args: readonly string[]) => runCli(args, { url: ops.url, token });
const lines = (text: string) => text.split("\n").slice(0, -1);

let ops: Harness;
before(async () => {
  const when = { type: ["whatsapp.call.*"] };
  ops = await startOps({ routes: [{ name: "calls-to-crm", when, to: ["crm"], test: false }] });
  ops.destinations.set("erp", { kind: "webhook" });
  ops.query.log.push(textEvent(1));
  await addDelivery(ops.ledger, "erp", 1, "dead");
  await addDelivery(ops.ledger, "erp", 2);
  await addDelivery(ops.ledger, "former", 3);
});
after(() => ops.ops.close());

describe("waypost message", () => {
  it("shows under each event where it was delivered, and why not", async () => {
    const events = [textEvent(1), textEvent(9)];
    const view = { id: "wamid.1", direction: "in" as const, account: {}, statusAt: {}, errors: [] };
    ops.query.messageViews.set("wamid.1", { ...view, type: "text", events });
    const { code, out } = await run(["message", "wamid.1"]);
    assert.equal(code, 0);
    // The second has left the log meanwhile, and is none the less shown.
    assert.deepEqual(lines(out), [
      "wamid.1  received  text",
      "events",
      "  11-20 10:00:01  whatsapp.message.text         Mia               text 1",
      "    11-20 10:00:01  → erp  dead: the receiver answered 422",
      "  11-20 10:00:09  whatsapp.message.text         Mia               text 9",
    ]);
  });
});

describe("waypost deliveries", () => {
  it("shows each with its id whole and why, oldest on top", async () => {
    const { code, out } = await run(["deliveries", "--destination", "erp"]);
    assert.equal(code, 0);
    assert.deepEqual(lines(out), [
      "11-20 10:00:01  dead       erp:evt_1",
      "  whatsapp.message.text, by everything: the receiver answered 422",
      "11-20 10:00:02  open       erp:evt_2",
      "  whatsapp.message.text, by everything: waits for its turn",
    ]);
  });

  it("filters, and prints lines of JSON", async () => {
    const { out } = await run(["deliveries", "--state", "dead", "--event", "evt_1", "--json"]);
    const [delivery] = lines(out).map((line) => JSON.parse(line) as Delivery);
    assert.deepEqual([delivery?.id, delivery?.history.length], ["erp:evt_1", 1]);
    const none = await run(["deliveries", "--destination", "none"]);
    assert.deepEqual([none.code, none.out, none.err], [0, "", "No delivery matches.\n"]);
    assert.equal((await run(["deliveries", "--state", "gone"])).code, 2);
  });

  it("shows those of one event with every attempt, and why other destinations have none", async (t) => {
    ops.destinations.set("crm", { kind: "webhook" });
    t.after(() => ops.destinations.delete("crm"));
    const { out } = await run(["events", "evt_1"]);
    assert.deepEqual(lines(out).slice(-6), [
      "deliveries",
      "  11-20 10:00:01  dead       erp:evt_1",
      "    whatsapp.message.text, by everything: the receiver answered 422",
      "      11-20 10:00:01  41 ms  refused: 422 unknown field",
      "not delivered, by the configuration of now",
      "  crm: the route calls-to-crm comes closest: another type",
    ]);
  });

  it("sends one again, and says why not", async () => {
    const retried = await run(["deliveries", "retry", "erp:evt_1"]);
    assert.deepEqual(
      [retried.code, retried.out],
      [0, "It is open again and tried within seconds.\n"],
    );
    const [delivery] = await ops.ledger.deliveriesOf("evt_1");
    assert.equal(delivery?.state, "open");
    const open = await run(["deliveries", "retry", "erp:evt_1", "--again"]);
    assert.deepEqual([open.code, open.err], [1, "The delivery is open: it is tried by itself.\n"]);
    const none = await run(["deliveries", "retry", "erp:evt_9"]);
    assert.deepEqual([none.code, none.err], [1, "There is no such delivery.\n"]);
  });
});

describe("waypost deliveries retry --not-done", () => {
  it("sends what nobody knows of, by the word of who has looked", async (t) => {
    t.after(() => ops.destinations.delete("wa"));
    ops.destinations.set("wa", { kind: "whatsapp-reply" });
    const unknownAfter = async (n: number, ...options: readonly string[]) => {
      await addDelivery(ops.ledger, "wa", n, "dead", true);
      const { code } = await run(["deliveries", "retry", `wa:evt_${n}`, ...options]);
      assert.equal(code, 0);
      return (await ops.ledger.delivery(`wa:evt_${n}`))?.unknown;
    };
    assert.equal(await unknownAfter(4), true);
    assert.equal(await unknownAfter(5, "--not-done"), undefined);
  });
});

describe("waypost deliveries cancel", () => {
  it("ends a scheduled one, which is listed with its time, the soonest on top", async (t) => {
    t.after(() => ops.destinations.delete("later"));
    ops.destinations.set("later", { kind: "webhook" });
    for (const n of [1, 2]) await addScheduled(ops.ledger, "later", n);
    const { out } = await run(["deliveries", "--state", "scheduled"]);
    assert.deepEqual(lines(out), [
      "11-20 10:00:01  scheduled  later:evt_1:reminder",
      "  whatsapp.message.text, by reminder: due 11-20 11:00:01, any moment",
      "11-20 10:00:02  scheduled  later:evt_2:reminder",
      "  whatsapp.message.text, by reminder: due 11-20 11:00:02, any moment",
    ]);
    assert.match((await run(["destinations"])).out, /^later \(webhook\) .*0 open, 2 scheduled/m);
    const ended = await run(["deliveries", "cancel", "later:evt_1:reminder"]);
    assert.deepEqual([ended.code, ended.out], [0, "It is cancelled, and will not be sent.\n"]);
    const skipped = await run(["deliveries", "--destination", "later", "--state", "skipped"]);
    assert.match(skipped.out, /by reminder: cancelled by an operator$/m);
    const open = await run(["deliveries", "cancel", "erp:evt_2"]);
    assert.deepEqual(
      [open.code, open.err.split("\n")[0]],
      [1, "The delivery is open: it is no longer scheduled."],
    );
  });
});

describe("waypost deliveries give-up", () => {
  it("ends an open one with a reason, and says why not", async () => {
    await addDelivery(ops.ledger, "former", 7);
    const ended = await run(["deliveries", "give-up", "former:evt_7", "--reason", "by mail"]);
    assert.deepEqual(
      [ended.code, ended.out],
      [0, "It is dead, and its conversation goes on within seconds.\n"],
    );
    const [delivery] = await ops.ledger.deliveriesOf("evt_7");
    assert.equal(delivery?.reason, "an operator gave it up: by mail");
    const done = await run(["deliveries", "give-up", "former:evt_7"]);
    assert.deepEqual(
      [done.code, done.err],
      [1, "The delivery is done: it is not tried any more.\n"],
    );
  });
});

describe("waypost destinations", () => {
  it("shows how each fares", async () => {
    const { code, out } = await run(["destinations"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^erp \(webhook\) {2}delivering; 2 open, the oldest for .*, no success yet\nformer {2}no longer configured; 1 open/,
    );
  });

  it("pauses one with a reason and resumes it", async () => {
    const paused = await run(["destinations", "pause", "erp", "--reason", "they move house"]);
    assert.deepEqual(
      [paused.code, paused.out.includes("paused by an operator: they move house")],
      [0, true],
    );
    const resumed = await run(["destinations", "resume", "erp", "--json"]);
    assert.equal((JSON.parse(resumed.out) as { state: string }).state, "delivering");
    const none = await run(["destinations", "pause", "none"]);
    assert.deepEqual([none.code, none.err], [1, "There is no such destination.\n"]);
  });
});

describe("waypost topology drop-dead", () => {
  it("does nothing unasked where nobody can answer, and else says what is gone", async () => {
    ops.dead.set("waypost.store", 2);
    const unasked = await run(["topology", "drop-dead", "waypost.store"]);
    assert.deepEqual([unasked.code, unasked.err], [2, "Nobody can be asked here: say --yes.\n"]);
    assert.equal(ops.dead.get("waypost.store"), 2);
    const asked = await run(["topology", "drop-dead", "waypost.dead.waypost.store", "--yes"]);
    assert.deepEqual([asked.code, asked.out], [0, "2 messages are gone.\n"]);
    const again = await run(["topology", "drop-dead", "waypost.store", "--yes", "--json"]);
    assert.deepEqual([again.code, again.out], [0, '{"dropped":0}\n']);
    const none = await run(["topology", "drop-dead", "none", "--yes"]);
    assert.deepEqual([none.code, none.err], [1, "There is no such queue.\n"]);
  });
});

describe("waypost topology prune", () => {
  it("does nothing unasked where nobody can answer", async () => {
    const { code, err } = await run(["topology", "prune"]);
    assert.deepEqual([code, err], [2, "Nobody can be asked here: say --yes.\n"]);
    assert.deepEqual(ops.pruned.asked, []);
  });

  it("says what was removed and what was kept, and then exits 1", async () => {
    ops.pruned.answer = {
      removed: ["former"],
      kept: [{ name: "older", reason: "its open deliveries: 2" }],
    };
    const { code, out } = await run(["topology", "prune", "--yes", "--force"]);
    assert.equal(code, 1);
    assert.deepEqual(lines(out).slice(0, 2), [
      "removed  former",
      "kept     older: its open deliveries: 2",
    ]);
    assert.deepEqual(ops.pruned.asked, [{ force: true }]);
  });
});

describe("waypost status", () => {
  it("begins with what is wrong with destinations and roles, and shows them", async () => {
    const at = new Date().toISOString();
    const process = { host: "h1", version: "0.1.0", startedAt: at, seenAt: at } as const;
    const worker = "worker-1/7/work/aa";
    await ops.processes.heartbeat({
      ...process,
      id: worker,
      pid: 7,
      role: "work",
      configHash: "aaaa",
    });
    await ops.processes.heartbeat({
      ...process,
      id: "b",
      pid: 8,
      role: "receive",
      configHash: "bbbb",
    });
    const { code, out } = await run(["status"]);
    assert.equal(code, 1);
    const [, first, , second] = lines(out);
    assert.equal(
      first,
      "  ✗ The roles run with different configurations: receive on h1 (process 8): bbbb, work on h1 (process 7): aaaa.",
    );
    assert.match(second ?? "", /^ {2}! The oldest open delivery to erp has waited for/);
    assert.match(out, /^ {2}! former is no longer configured; its queue is left/m);
    assert.match(out, /^roles\n {2}receive on h1/m);
    assert.match(out, /^destinations\n {2}erp \(webhook\) {2}delivering/m);
  });
});
