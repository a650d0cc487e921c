import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError, type WaypostEvent } from "../../src/contracts.ts";
import { startAlerts } from "../../src/jobs/alerts/alerts.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { createJobRows } from "../../src/store/jobs.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createStub, event, type StubDestination, startEngine } from "../deliver/engine.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createMemoryLedger } from "../deliver/memory-ledger.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemoryTables } from "../support/memory-tables.ts";

const minute = 60_000;
const hour = 60 * minute;
const defaults = { breakerOpenForMs: 10 * minute, behindForMs: hour };

/** The engine, and beside it the alerts over the same ledger, by one clock. */
async function startBoth(crm: StubDestination) {
  const clock = createFakeClock();
  const ledger = createMemoryLedger();
  const engine = await startEngine({ crm }, { clock, ledger, leaseMs: 20 * minute });
  const log = createArrayLog();
  const tables = createMemoryTables();
  const before = (name: string) => ledger.link(name, "told");
  const sent: WaypostEvent[] = [];
  const start = () =>
    startAlerts({
      rules: { ...defaults, quarantinePerHour: 0, silenceMs: {} },
      sender: {
        deliver: async (told) => {
          sent.push(told);
          return {};
        },
      },
      store: {
        ledger,
        quarantinedSince: async () => 0,
        events: async () => ({ items: [], next: null }),
      },
      bus: { queues: async () => [] },
      destinations: new Set(["crm"]),
      accounts: {},
      jobs: createJobs({
        rows: createJobRows(tables, { exclusive: true, before }),
        holder: "a",
        clock,
        log,
      }),
      ...{ log, metrics: createMetrics(), clock },
    });
  let alerts = start();
  return {
    ...{ engine, clock, ledger },
    told: () =>
      sent.map(({ type, data }) => [
        type.replace("business.alert.", ""),
        data.business?.["phase"],
        String(data.business?.["alert"]).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "then"),
      ]),
    /** Nobody looks for so long; then another process goes on. */
    async unseen(ms: number) {
      await alerts.close();
      await clock.advance(ms);
      alerts = start();
      await clock.advance(minute);
    },
    async end() {
      await alerts.close();
      await engine.end();
    },
  };
}

type Both = Awaited<ReturnType<typeof startBoth>>;

async function statesOf({ ledger }: Both, events: readonly WaypostEvent[]) {
  const rows = await Promise.all(events.map(({ id }) => ledger.delivery(`crm:${id}`)));
  return rows.map((row) => [row?.state, row?.attempts]);
}

const limited = (afterMs: number) =>
  new DeliveryError("outage", "HubSpot answered 429: the calls of the day are used up", {
    ...{ limited: true, afterMs },
  });

describe("a vendor that answers 429 for days", () => {
  it("is told of, also where one event alone waits and its next try is far, and it arrives", async () => {
    const crm = createStub();
    const both = await startBoth(crm);
    const until = both.clock.now() + 48 * hour;
    crm.answer = () => (both.clock.now() < until ? limited(24 * hour) : "ok");
    const lead = event("cnv_a");
    await both.engine.publish(lead);
    await both.clock.advance(hour);
    assert.deepEqual(both.told(), [], "an hour is nobody's business");
    await both.clock.advance(15 * minute);
    const words =
      "The oldest open delivery to crm has waited since then: HubSpot answered 429: the calls of the day are used up";
    assert.deepEqual(both.told(), [["destination_slow", "began", words]]);
    await both.unseen(40 * hour);
    assert.equal(both.told().length, 1, "once");
    assert.deepEqual(await statesOf(both, [lead]), [["open", 0]]);
    await both.unseen(8 * hour);
    assert.deepEqual(await statesOf(both, [lead]), [["delivered", 0]]);
    assert.deepEqual(both.told().at(-1)?.slice(0, 2), ["destination_slow", "ended"]);
    await both.end();
  });

  it("is told of where others get through all the time, and nothing of it dies", async () => {
    const crm = createStub();
    const both = await startBoth(crm);
    const until = both.clock.now() + 80 * minute;
    crm.answer = ({ data }) =>
      data.conversationId === "cnv_late" && both.clock.now() < until ? limited(minute) : "ok";
    const late = [event("cnv_late"), event("cnv_late")];
    await both.engine.publish(...late);
    for (let n = 0; n < 45; n += 1) {
      await both.engine.publish(event(`cnv_${n}`));
      await both.clock.advance(2 * minute);
    }
    assert.deepEqual(
      both.told().map(([kind, phase]) => [kind, phase]),
      [
        ["destination_slow", "began"],
        ["destination_slow", "ended"],
      ],
    );
    assert.deepEqual(await statesOf(both, late), [
      ["delivered", 0],
      ["delivered", 0],
    ]);
    await both.end();
  });

  it("is told of as out where it takes nothing from many, and all of it arrives in order", async () => {
    const crm = createStub();
    const both = await startBoth(crm);
    const until = both.clock.now() + 2 * hour;
    crm.answer = () => (both.clock.now() < until ? limited(10 * minute) : "ok");
    const events = Array.from({ length: 40 }, (_, n) => event(`cnv_${n % 10}`));
    await both.engine.publish(...events);
    await both.clock.advance(30 * minute);
    assert.deepEqual(
      both.told().map(([kind, phase]) => [kind, phase]),
      [["destination_out", "began"]],
    );
    await both.clock.advance(2 * hour);
    assert.deepEqual(new Set((await statesOf(both, events)).flat()), new Set(["delivered", 0]));
    assert.deepEqual(
      both.told().map(([kind, phase]) => [kind, phase]),
      [
        ["destination_out", "began"],
        ["destination_out", "ended"],
      ],
    );
    await both.end();
  });

  it("does not tell of what is as old as its event because it is sent again", async () => {
    const crm = createStub();
    const both = await startBoth(crm);
    crm.answer = () => new DeliveryError("refused", "no such field");
    const old = event("cnv_a");
    await both.engine.publish(old);
    await both.clock.advance(75 * minute);
    crm.answer = () => limited(5 * minute);
    await both.ledger.reopen(`crm:${old.id}`);
    await both.clock.advance(4 * minute);
    crm.answer = () => "ok";
    await both.clock.advance(10 * minute);
    assert.deepEqual(
      both.told().map(([kind]) => kind),
      ["deliveries_dead", "deliveries_dead"],
    );
    await both.end();
  });
});
