import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { DeliveryRules, WaypostEvent } from "../../../src/contracts.ts";
import { createGoogleSheets } from "../../../src/destinations/google-sheets/google-sheets.ts";
import { type Engine, event, startEngine } from "../../deliver/engine.ts";
import { createFakeClock, type FakeClock } from "../../deliver/fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "../../deliver/memory-ledger.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { waitFor } from "../../support/wait-for.ts";
import { passUntil, type WatchedCalls, watchCalls } from "../real-calls.ts";
import type { Fault } from "../stub.ts";
import { textsOf } from "./grid.ts";
import { type SheetsStub, startSheetsStub } from "./stub.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What one process is: an engine over the ledger, its time, and its calls to Google. */
interface Process {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly calls: WatchedCalls;
}

const config: Partial<DeliveryRules> = { ratePerSecond: 1, concurrency: 1, timeoutMs: 20_000 };

async function startProcess(
  google: SheetsStub,
  ledger: MemoryLedger,
  clock: FakeClock = createFakeClock(),
): Promise<Process> {
  const log = createArrayLog();
  const destination = createGoogleSheets("sheet", google.options, { log }, clock);
  const calls = watchCalls(destination);
  const engine = await startEngine({ sheet: calls.destination }, { ledger, clock, config });
  closing.push(async () => {
    await engine.end();
    await destination.close();
  });
  return { engine, clock, calls };
}

/** Not those of the events that tell of rows: they come back, for the engine's route takes all. */
const rowsOf = ({ rows }: MemoryLedger) =>
  [...rows.values()].filter(({ eventType }) => !eventType.startsWith("business."));
const isDone = (ledger: MemoryLedger, count: number) => () =>
  rowsOf(ledger).length === count && rowsOf(ledger).every(({ state }) => state === "delivered");

/** Each event once, each conversation in its order. */
function assertWritten(google: SheetsStub, events: readonly WaypostEvent[]): void {
  const [header = [], ...rows] = textsOf(google.grid);
  const ids = rows.map((row) => row[header.indexOf("Event id")]);
  assert.deepEqual(ids.toSorted(), events.map(({ id }) => id).toSorted());
  for (const conversation of new Set(events.map(({ data }) => data.conversationId))) {
    const lane = events.filter(({ data }) => data.conversationId === conversation);
    const wanted = lane.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id) => id !== undefined && wanted.includes(id)),
      wanted,
    );
  }
}

describe("a burst of 2,000 events", () => {
  it("is written within the quota of a minute, each once and in order", async () => {
    const clock = createFakeClock();
    const google = await startSheetsStub(clock.now);
    closing.push(google.close);
    const ledger = createMemoryLedger();
    const process = await startProcess(google, ledger, clock);
    const events = Array.from({ length: 2_000 }, (_, n) => event(`cnv_${n % 40}`));
    await process.engine.publish(...events);
    await passUntil("2,000 rows", process, isDone(ledger, 2_000), { stepMs: 1_000 });
    assertWritten(google, events);
    const writes = google.calls().filter((call) => !call.startsWith("GET"));
    assert.ok(writes.length <= 10, writes.join("\n"));
    assert.deepEqual(process.engine.notices(), []);
  });

  it("goes on after a minute whose quota others have used up, and after an answer that was lost", async () => {
    const clock = createFakeClock();
    const google = await startSheetsStub(clock.now);
    closing.push(google.close);
    google.limits.writesPerMinute = 3;
    const ledger = createMemoryLedger();
    const process = await startProcess(google, ledger, clock);
    google.stub.fail("none", "lost");
    const events = Array.from({ length: 800 }, (_, n) => event(`cnv_${n % 40}`));
    await process.engine.publish(...events);
    await passUntil("800 rows", process, isDone(ledger, 800), { stepMs: 1_000 });
    assertWritten(google, events);
  });
});

describe("a process that is killed between two calls", () => {
  const moments = ["token", "header", "making the header", "append"];
  for (const [at, moment] of moments.entries()) {
    for (const fault of ["hang", "silent"] as const satisfies readonly Fault[]) {
      const when = fault === "hang" ? "before" : "after";
      it(`writes no row twice: ${when} the call for ${moment}`, async () => {
        const google = await startSheetsStub(Date.now, () => true);
        closing.push(google.close);
        google.stub.fail(...Array.from({ length: at }, (): Fault => "none"), fault);
        const ledger = createMemoryLedger();
        const killed = await startProcess(google, ledger);
        const events = Array.from({ length: 30 }, (_, n) => event(`cnv_${n % 7}`));
        await killed.engine.publish(...events);
        await killed.clock.advance(1_500);
        await waitFor("the call", () => google.stub.requests.length > at);
        killed.calls.kill();
        const next = await startProcess(
          google,
          ledger,
          createFakeClock(killed.clock.now() + 60_000),
        );
        await passUntil("all rows", next, isDone(ledger, 30), { stepMs: 1_000 });
        assertWritten(google, events);
      });
    }
  }
});
