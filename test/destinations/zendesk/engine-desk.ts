import assert from "node:assert/strict";
import type { Destination, WaypostEvent } from "../../../src/contracts.ts";
import { createZendesk } from "../../../src/destinations/zendesk/zendesk.ts";
import { type Engine, startEngine } from "../../deliver/engine.ts";
import { createFakeClock } from "../../deliver/fake-clock.ts";
import { createMemoryLedger } from "../../deliver/memory-ledger.ts";
import { makeEvent } from "../../store/make-events.ts";
import { clientId, clientSecret, startZendeskStub } from "./stub.ts";

/** As in src/destinations/kinds.ts. */
const config = { ratePerSecond: 1, concurrency: 4, timeoutMs: 15_000 };

/** The delivery engine over a Zendesk that answers in real time, both by one fake clock that stands while a call is under way. */
export async function openEngineDesk(perMinute = 400) {
  const clock = createFakeClock();
  // Each contact has one id here; the memory ledger would look through all events for others, each time.
  const contactAliases = async () => (key: string) => [key];
  const ledger = { ...createMemoryLedger(), contactAliases };
  const stub = await startZendeskStub({ clock, perMinute });
  let calls = 0;
  let stopsAt: (() => boolean) | undefined;
  const start = async () => {
    const destination = counted(
      createZendesk("zendesk", { baseUrl: stub.url, clientId, clientSecret }, clock),
      (more) => {
        calls += more;
      },
    );
    const engine = await startEngine({ zendesk: destination }, { clock, ledger, config });
    return { engine, destination };
  };
  let current = await start();
  const idle = async () => {
    while (calls > 0 && !stopsAt?.()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const rows = () => [...ledger.rows.values()];
  return {
    ...{ clock, ledger, stub, rows },
    engine: (): Engine => current.engine,
    /** A message at the clock's time, of this contact unless ours. */
    message(waId: string, body: string, type = "whatsapp.message.text"): WaypostEvent {
      const at = new Date(clock.now()).toISOString();
      const message = { id: `wamid.${waId}.${body}`, type: "text", text: { body } };
      const contact = { waId, name: `Contact ${waId}` };
      const made = makeEvent({ type, contact, receivedAt: at, data: { message } });
      return { ...made, time: at };
    },
    /** Time passes second by second, as long as it takes to deliver all, this long at most. */
    async run(mostSeconds: number): Promise<void> {
      for (let passed = 0; passed < mostSeconds; passed += 1) {
        await idle();
        if (stopsAt?.()) return;
        await clock.advance(1_000);
        await idle();
        if (rows().every(({ state }) => state !== "open" && state !== "sending")) return;
      }
      const left = rows().filter(({ state }) => state !== "delivered");
      if (left.length > 0)
        assert.fail(`${left.length} are not delivered: ${JSON.stringify(left[0])}`);
    },
    /** From then on time stands: what is under way has no answer. */
    stopWhen(stops: (() => boolean) | undefined) {
      stopsAt = stops;
    },
    /** The process ends with what is under way; another one takes over. */
    async restart(): Promise<void> {
      await current.engine.end();
      await current.destination.close();
      calls = 0;
      stopsAt = undefined;
      current = await start();
    },
    async close() {
      await current.engine.end();
      await current.destination.close();
      await stub.close();
    },
  };
}

function counted(destination: Destination, count: (more: number) => void): Destination {
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    count(1);
    try {
      return await work();
    } finally {
      count(-1);
    }
  };
  const { deliver, deliverBatch, find } = destination;
  return {
    ...destination,
    deliver: (...given) => during(() => deliver(...given)),
    ...(deliverBatch && { deliverBatch: (...given) => during(() => deliverBatch(...given)) }),
    ...(find && { find: (...given) => during(() => find(...given)) }),
  };
}
