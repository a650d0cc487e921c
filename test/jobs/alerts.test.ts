import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError, type JobRows, type WaypostEvent } from "../../src/contracts.ts";
import { startAlerts } from "../../src/jobs/alerts/alerts.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { createJobRows } from "../../src/store/jobs.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createFakeClock, type FakeClock } from "../deliver/fake-clock.ts";
import { createMemoryLedger } from "../deliver/memory-ledger.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { textEvent } from "../support/sample-events.ts";

const minute = 60_000;
const hour = 60 * minute;

/** A ledger with the destinations crm and erp, and what people were told. */
async function setUp(shared?: {
  ledger: ReturnType<typeof createMemoryLedger>;
  rows: JobRows;
  clock: FakeClock;
}) {
  const clock = shared?.clock ?? createFakeClock();
  const ledger = shared?.ledger ?? createMemoryLedger(false);
  const rows =
    shared?.rows ??
    createJobRows(createMemoryTables(), {
      exclusive: false,
      before: (name) => ledger.link(name, "told"),
    });
  const epochs = new Map<string, number>();
  if (shared === undefined) {
    for (const name of ["crm", "erp"]) {
      const lease = await ledger.takeLease(name, await ledger.lease(name), "worker");
      epochs.set(name, lease?.epoch ?? 0);
    }
  }
  const state = {
    quarantined: 0,
    deadMessages: 0 as number | Error,
    heard: undefined as string | undefined,
    answer: undefined as Error | undefined,
  };
  const sent: WaypostEvent[] = [];
  const log = createArrayLog();
  const start = (holder: string) =>
    startAlerts({
      rules: {
        breakerOpenForMs: 10 * minute,
        behindForMs: hour,
        quarantinePerHour: 2,
        silenceMs: { berlin: 6 * hour },
      },
      sender: {
        deliver: async (event) => {
          if (state.answer !== undefined) throw state.answer;
          sent.push(event);
          return {};
        },
      },
      store: {
        ledger,
        quarantinedSince: async () => state.quarantined,
        events: async () => {
          const event = textEvent(1);
          const receivedAt = state.heard;
          if (receivedAt === undefined) return { items: [], next: null };
          return { items: [{ ...event, data: { ...event.data, receivedAt } }], next: null };
        },
      },
      bus: {
        queues: async () => {
          if (state.deadMessages instanceof Error) throw state.deadMessages;
          return [{ name: "waypost.deliver.crm", ready: 0, dead: state.deadMessages }];
        },
      },
      destinations: new Set(["crm", "erp"]),
      accounts: { berlin: { phoneNumberId: "700700700700700" } },
      jobs: createJobs({ rows, holder, clock, log }),
      log,
      metrics: createMetrics(),
      clock,
    });
  const told = () =>
    sent.map(({ type, data }) => [type.replace("business.alert.", ""), data.business?.["phase"]]);
  const texts = () => sent.map(({ data }) => data.business?.["alert"]);
  const at = (ms = 0) => new Date(clock.now() + ms).toISOString();
  const note = (name: string, change: Parameters<typeof ledger.note>[2]) =>
    ledger.note(name, epochs.get(name) ?? 0, change);
  return { clock, ledger, rows, state, sent, log, start, told, texts, at, note };
}

type Setup = Awaited<ReturnType<typeof setUp>>;

async function dies({ ledger, at }: Setup, name: string, from: number, to: number) {
  const { epoch } = await ledger.lease(name);
  for (let n = from; n <= to; n += 1) {
    const id = `${name}:evt_${n}`;
    const createdAt = at();
    const more = { eventId: `evt_${n}`, eventType: "a.b", route: "r", laneKeys: [id], seq: n };
    await ledger.insert([{ id, destination: name, createdAt, ...more }], epoch);
    await ledger.write(epoch, [{ id, state: "dead", doneAt: createdAt, reason: "422" }]);
  }
}

describe("alerts", () => {
  it("tell once of a destination that paused itself, and once that it goes on", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.clock.advance(minute);
    assert.deepEqual(test.told(), []);
    const pause = { by: "config", reason: "the token was revoked", at: test.at() } as const;
    await test.ledger.setPause("crm", pause);
    await test.clock.advance(hour);
    assert.deepEqual(test.texts(), ["crm paused itself: the token was revoked"]);
    await test.ledger.setPause("crm", undefined);
    await test.clock.advance(hour);
    assert.deepEqual(test.told(), [
      ["destination_paused", "began"],
      ["destination_paused", "ended"],
    ]);
    await alerts.close();
  });

  it("tell again of a pause that comes after one that ended unseen", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.ledger.setPause("crm", { by: "config", reason: "first", at: test.at() });
    await test.clock.advance(minute);
    await test.ledger.setPause("crm", { by: "config", reason: "second", at: test.at() });
    await test.clock.advance(minute);
    assert.deepEqual(test.texts(), ["crm paused itself: first", "crm paused itself: second"]);
    await alerts.close();
  });

  it("say nothing of what an operator pauses, nor of destinations that are not configured", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.ledger.setPause("crm", { by: "operator", reason: "they move", at: test.at() });
    await test.ledger.setPause("former", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(hour);
    assert.deepEqual(test.told(), []);
    await alerts.close();
  });

  it("tell of an open breaker only beyond its time", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.clock.advance(minute);
    await test.note("crm", { breaker: "open", breakerSince: test.at(), lastError: "503" });
    await test.clock.advance(9 * minute);
    await test.note("crm", { breaker: "closed", breakerSince: undefined });
    await test.clock.advance(minute);
    assert.deepEqual(test.told(), []);
    await test.note("crm", { breaker: "open", breakerSince: test.at() });
    await test.clock.advance(11 * minute);
    await test.note("crm", { breaker: "closed", breakerSince: undefined });
    await test.clock.advance(minute);
    assert.deepEqual(test.told(), [
      ["destination_out", "began"],
      ["destination_out", "ended"],
    ]);
    await alerts.close();
  });

  it("say nothing of an open breaker while an operator lets it rest, by the time of the look", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.note("crm", { breaker: "open", breakerSince: test.at() });
    const until = test.at(2 * hour);
    await test.ledger.setPause("crm", {
      by: "operator",
      reason: "they move",
      at: test.at(),
      until,
    });
    await test.clock.advance(hour);
    assert.deepEqual(test.told(), []);
    await test.clock.advance(hour + 2 * minute);
    assert.deepEqual(test.told(), [["destination_out", "began"]]);
    await alerts.close();
  });

  it("tell of dead deliveries in batches, and when none is left", async () => {
    const test = await setUp();
    await dies(test, "erp", 1, 3);
    const alerts = test.start("a");
    await test.clock.advance(minute);
    await dies(test, "erp", 4, 50);
    await test.clock.advance(5 * minute);
    assert.deepEqual(test.texts(), ["3 deliveries to erp gave up"]);
    await test.clock.advance(20 * minute);
    assert.deepEqual(test.told(), [
      ["deliveries_dead", "began"],
      ["deliveries_dead", "grew"],
    ]);
    assert.equal(test.texts()[1], "50 deliveries to erp gave up");
    test.ledger.rows.clear();
    await test.clock.advance(minute);
    assert.deepEqual(test.told()[2], ["deliveries_dead", "ended"]);
    await alerts.close();
  });

  it("tell of messages that are no events, and of their end only when the bus says so", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.clock.advance(minute);
    test.state.deadMessages = 2;
    await test.clock.advance(minute);
    assert.deepEqual(test.texts(), [
      "2 messages in waypost.dead.waypost.deliver.crm are no events",
    ]);
    const { business } = test.sent[0]?.data ?? {};
    assert.equal(business?.["runbook"], "docs/runbooks/messages-dead.md");
    const remedy = String(business?.["remedy"]);
    assert.match(remedy, /`waypost topology drop-dead waypost\.deliver\.crm` deletes them/);
    test.state.deadMessages = new Error("no channel to RabbitMQ");
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(minute);
    assert.deepEqual(test.told(), [
      ["messages_dead", "began"],
      ["destination_paused", "began"],
    ]);
    test.state.deadMessages = 0;
    await test.clock.advance(minute);
    assert.deepEqual(test.told()[2], ["messages_dead", "ended"]);
    await alerts.close();
  });

  it("tell of more in quarantine than the hour may bring", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    test.state.quarantined = 2;
    await test.clock.advance(minute);
    assert.deepEqual(test.told(), []);
    test.state.quarantined = 3;
    await test.clock.advance(hour);
    test.state.quarantined = 0;
    await test.clock.advance(minute);
    assert.deepEqual(test.told(), [
      ["quarantine_growth", "began"],
      ["quarantine_growth", "ended"],
    ]);
    await alerts.close();
  });

  it("tell of an account that falls silent, also of one that was never heard of", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    test.state.heard = test.at();
    await test.clock.advance(6 * hour - minute);
    assert.deepEqual(test.told(), []);
    await test.clock.advance(2 * minute);
    assert.deepEqual(test.told(), [["account_silent", "began"]]);
    test.state.heard = test.at();
    await test.clock.advance(minute);
    test.state.heard = undefined;
    await test.clock.advance(7 * hour);
    assert.deepEqual(test.told().slice(1), [
      ["account_silent", "ended"],
      ["account_silent", "began"],
    ]);
    await alerts.close();
  });

  it("that cannot be sent are tried again, ever more rarely, and keep nothing back for good", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    test.state.answer = new DeliveryError("outage", "the receiver answered 503");
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(2 * hour);
    const errors = test.log.lines.filter(({ level }) => level === "error");
    assert.ok(errors.length > 10 && errors.length < 40, String(errors.length));
    test.state.answer = undefined;
    await test.clock.advance(6 * minute);
    assert.deepEqual(test.texts(), ["crm paused itself: no token"]);
    await alerts.close();
  });

  it("of what was over before they could be sent are not sent at all", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    test.state.answer = new DeliveryError("config", "no such channel");
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(minute);
    await test.ledger.setPause("crm", undefined);
    await test.clock.advance(minute);
    test.state.answer = undefined;
    await test.clock.advance(hour);
    assert.deepEqual(test.told(), []);
    await alerts.close();
  });

  it("that will never be taken keep no other back", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    test.state.answer = new DeliveryError("refused", "too long");
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(minute);
    test.state.answer = undefined;
    await test.ledger.setPause("erp", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(minute);
    assert.deepEqual(test.texts(), ["erp paused itself: no token"]);
    await alerts.close();
  });

  it("wait for a store that is away, and say nothing false meanwhile", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(minute);
    test.ledger.down = true;
    await test.clock.advance(hour);
    test.ledger.down = false;
    await test.clock.advance(2 * minute);
    assert.deepEqual(test.told(), [["destination_paused", "began"]]);
    await alerts.close();
  });

  it("come from one of several processes, and go on where the last one ended", async () => {
    const test = await setUp();
    const other = await setUp({ ledger: test.ledger, rows: test.rows, clock: test.clock });
    const [first, second] = [test.start("a"), other.start("b")];
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(hour);
    assert.deepEqual([test.sent.length, other.sent.length].sort(), [0, 1]);
    await (test.sent.length === 1 ? first : second).close();
    await test.clock.advance(hour);
    assert.equal(test.sent.length + other.sent.length, 1);
    await test.ledger.setPause("crm", undefined);
    await test.clock.advance(hour);
    assert.deepEqual([...test.told(), ...other.told()].map(([, phase]) => phase).sort(), [
      "began",
      "ended",
    ]);
    await Promise.all([first.close(), second.close()]);
  });

  it("have an id that is the same for every attempt, and carry no id of a person", async () => {
    const test = await setUp();
    const alerts = test.start("a");
    await test.ledger.setPause("crm", { by: "config", reason: "no token", at: test.at() });
    await test.clock.advance(minute);
    const [alert] = test.sent;
    assert.match(alert?.id ?? "", /^evt_[a-z2-7]{32}$/);
    assert.deepEqual(alert?.data.contact, { name: "Waypost" });
    assert.deepEqual(Object.keys(alert?.data.business ?? {}), [
      "alert",
      "remedy",
      "runbook",
      "phase",
      "since",
    ]);
    await alerts.close();
  });
});
