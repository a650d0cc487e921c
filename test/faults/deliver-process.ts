import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Bus, Delivery, Ledger, Page, WaypostEvent } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { flowQueues, type Orders, storeQueue } from "./deliver-program.ts";

const program = fileURLToPath(moduleUrl("./deliver-program.ts", import.meta.url));

/** A worker as its own process. */
export interface Worker {
  readonly name: string;
  /** Resolves when it consumes, or has ended by its own hand. */
  start(changes?: Partial<Orders>): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Resolves when it has ended by its own hand. */
  ended(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** SIGHUP: its deliveries begin anew in the same process. */
  reload(): void;
  output(): string;
}

export function createWorker(orders: Orders): Worker {
  let child: ChildProcess | undefined;
  let output = "";
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return null;
    const exited = once(ending, "exit");
    ending.kill(signal);
    ending.kill("SIGCONT");
    return (await exited)[0] as number | null;
  };
  return {
    name: orders.name,
    async start(changes = {}) {
      const { PATH = "", HOME = "" } = process.env;
      const DELIVER_PROGRAM = JSON.stringify({ ...orders, ...changes });
      const started = spawn(process.execPath, [...sourceLoader, program], {
        env: { PATH, HOME, DELIVER_PROGRAM },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.on("data", (chunk) => {
          output = (output + String(chunk)).slice(-20_000);
        });
      }
      await Promise.race([once(started.stdout, "data"), once(started, "exit")]);
    },
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    async ended() {
      if (child !== undefined && child.exitCode === null && child.signalCode === null) {
        await once(child, "exit");
      }
    },
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    reload: () => void child?.kill("SIGHUP"),
    output: () => output,
  };
}

/** What one test leaves in its queues, all but the store's, reaches no other. */
export async function removeDeliverQueues(bus: Bus): Promise<void> {
  await bus.declare([storeQueue]);
  for (const { name } of flowQueues) {
    if (name !== storeQueue.name) await bus.removeQueue(name, { force: true });
  }
}

let count = 0;

/** The n-th event of an invented conversation; its text says which it is. */
function numbered(conversation: number, n: number): WaypostEvent {
  count += 1;
  const at = new Date().toISOString();
  return {
    specversion: "1.0",
    id: `evt_${process.pid}_${count}`,
    type: "whatsapp.message.text",
    source: "/whatsapp/900100200300400/700700700700700",
    time: at,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: "pst_1",
    dataversion: 1,
    data: {
      account: { wabaId: "900100200300400", phoneNumberId: "700700700700700" },
      contact: { waId: String(15_555_000_000 + conversation) },
      conversationId: `cnv_${process.pid}_${conversation}`,
      receivedAt: at,
      message: { id: `wamid.${count}`, type: "text", text: { body: `${conversation}/${n}` } },
      raw: { object: "whatsapp_business_account", entry: [] },
    },
  };
}

/** So many events over so many conversations, each in order, mixed. */
export function numberedEvents(total: number, conversations: number): WaypostEvent[] {
  return Array.from({ length: total }, (_, i) =>
    numbered(i % conversations, Math.floor(i / conversations)),
  );
}

export function textsOf(events: readonly WaypostEvent[]): string[] {
  return events.map(({ data }) => data.message?.text?.body ?? "");
}

/** Attempts that failed, or that nobody knows the end of. */
export async function failedAttempts(ledger: Ledger): Promise<number> {
  let failed = 0;
  let cursor: string | null = null;
  do {
    const page = { limit: 200, ...(cursor !== null && { cursor }) };
    const answer: Page<Delivery> = await ledger.deliveries({}, page);
    for (const { history } of answer.items) {
      failed += history.filter(({ outcome }) => outcome === "outage").length;
    }
    cursor = answer.next;
  } while (cursor !== null);
  return failed;
}

/** What the ledger says of these conversations, by destination and number: why something went as it did. */
export async function rowsOf(ledger: Ledger, conversations: readonly string[]): Promise<string> {
  const rows: Delivery[] = [];
  let cursor: string | null = null;
  do {
    const page = { limit: 200, ...(cursor !== null && { cursor }) };
    const answer: Page<Delivery> = await ledger.deliveries({}, page);
    rows.push(
      ...answer.items.filter(({ laneKeys }) => laneKeys.some((key) => conversations.includes(key))),
    );
    cursor = answer.next;
  } while (cursor !== null);
  const place = ({ destination, seq }: Delivery) =>
    `${destination} ${String(seq).padStart(6, "0")}`;
  rows.sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

/** In order, again and again until confirmed. */
export async function publishSlowly(
  bus: Bus,
  events: readonly WaypostEvent[],
  forMs: number,
): Promise<void> {
  const size = 40;
  const pauseMs = forMs / (events.length / size);
  for (let at = 0; at < events.length; at += size) {
    const encoded = events.slice(at, at + size).map(encodeEvent);
    for (;;) {
      const sent = bus.publish(encoded, AbortSignal.timeout(3_000));
      if (
        await sent.then(
          () => true,
          () => false,
        )
      )
        break;
      await sleep(100);
    }
    await sleep(pauseMs);
  }
}

/** The error, with what the workers said. */
export function withOutput(error: unknown, workers: readonly Worker[]): Error {
  const said = workers.map((worker) => worker.output()).join("\n");
  return new Error(`${error instanceof Error ? error.message : error}\n${said}`);
}
