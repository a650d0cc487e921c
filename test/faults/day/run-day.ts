import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { sendTraffic } from "../../../src/cli/simulate/send.ts";
import { generateTraffic } from "../../../src/cli/simulate/traffic.ts";
import type { Delivery, Page, WaypostEvent } from "../../../src/contracts.ts";
import type { SystemStatus } from "../../../src/ops/status/status.ts";
import { waitFor } from "../../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "../program.ts";
import { type Front, startFront } from "./front.ts";
import type { Vendor } from "./vendor.ts";

/** Both sides of conversations, what failed, and what routes derive. */
const types = [
  "whatsapp.message.*",
  "whatsapp.echo.*",
  "whatsapp.outgoing.*",
  "whatsapp.status.failed",
  "business.lead.captured",
  "business.handoff.requested",
];

const routes = [
  {
    name: "handoff",
    when: { type: "whatsapp.message.*", text: { matches: "(?i)\\b(human|agent|person)\\b" } },
    once: { per: "conversation", for: "untilClosed" },
    emit: { type: "business.handoff.requested" },
  },
  {
    name: "lead",
    when: { type: "whatsapp.message.*", referral: true },
    once: { per: "contact", for: "90d" },
    emit: { type: "business.lead.captured", data: { source: "ad" } },
  },
];

export interface DayOptions {
  readonly vendors: readonly Vendor[];
  /** POSTs of the day, and how many people write. */
  readonly count: number;
  readonly people: number;
  /** POSTs a second. */
  readonly rate: number;
  /** SIGKILLs, spread over the traffic. */
  readonly kills: number;
  /** How long each vendor is away, one after the other. */
  readonly downMs: number;
  /** Until all is delivered, after the last POST. */
  readonly withinMs: number;
}

/** What the log, the ledger and the vendors' books say at the end. */
export interface DayEnd {
  readonly events: readonly WaypostEvent[];
  readonly rows: ReadonlyMap<string, readonly Delivery[]>;
  readonly output: string;
}

/** A day of a shop through the whole program, with kills, and each vendor away once. */
export async function runDay(options: DayOptions): Promise<DayEnd> {
  const { vendors } = options;
  const folder = await mkdtemp(join(tmpdir(), "waypost-day-"));
  const fronts = await Promise.all(vendors.map(({ url }) => startFront(url)));
  const program = await startProgram(folder, vendors, fronts);
  try {
    const sending = send(program, options);
    const trouble = Promise.all([kill(program, options), takeDown(fronts, options)]);
    const summary = await sending;
    assert.equal(summary.unexpected, 0, "every POST is answered as it should be");
    await trouble;
    let open: readonly Delivery[] = [];
    const delivered = async () => {
      open = await openRows(program);
      return open.length === 0 && (await isRead(program));
    };
    await waitFor("everything is delivered", delivered, options.withinMs).catch((error: Error) => {
      const waiting = open.map(({ destination, state, nextAt, history }) =>
        [destination, state, nextAt, JSON.stringify(history.at(-1))].join(" "),
      );
      throw new Error([`${error.message}; open were, of each state:`, ...waiting].join("\n"));
    });
    const events = await all<WaypostEvent>(program, "/api/events?");
    const rows = await Promise.all(
      vendors.map(async ({ name }): Promise<[string, Delivery[]]> => {
        return [name, await all<Delivery>(program, `/api/deliveries?destination=${name}&`)];
      }),
    );
    return { events, rows: new Map(rows), output: program.output() };
  } finally {
    await program.kill();
    await Promise.all(fronts.map((front) => front.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function startProgram(
  folder: string,
  vendors: readonly Vendor[],
  fronts: readonly Front[],
): Promise<Program> {
  const names = vendors.map(({ name }) => name);
  const destinations = vendors.map(({ name, block }, i) => {
    const retry = { delays: ["1s", "2s", "5s", "5s", "5s", "5s"] };
    return [name, { ...block(fronts[i]?.url ?? ""), retry }];
  });
  const file = join(folder, "waypost.yaml");
  const everything = { name: "all", when: { type: types }, to: names };
  const yaml = { destinations: Object.fromEntries(destinations), routes: [...routes, everything] };
  await writeFile(file, stringify(yaml));
  const program = await createProgram(["start"], {
    ...{ DATA_DIR: folder, WAYPOST_CONFIG: file, LOG_LEVEL: "warn" },
  });
  await program.start();
  return program;
}

const traffic = ({ count, people }: Pick<DayOptions, "count" | "people">) => ({
  ...{ seed: "a-day", appSecret, count, contacts: people },
  ...({ scenario: "shop-day", batch: 2, duplicates: 5, disorder: 5 } as const),
});

function send({ webhookUrl: url }: Program, options: DayOptions) {
  const posts = generateTraffic({ ...traffic(options), rate: options.rate });
  return sendTraffic(posts, { url, retryMs: 180_000 });
}

/** The phones of those who write on such a day, each once. */
export function phonesOf(options: Pick<DayOptions, "count" | "people">): string[] {
  const phones = new Set<string>();
  for (const { bytes } of generateTraffic(traffic(options))) {
    for (const [, phone = ""] of bytes.toString().matchAll(/"wa_id":"(\d+)"/g)) phones.add(phone);
  }
  return [...phones];
}

async function kill(program: Program, { kills, count, rate }: DayOptions): Promise<void> {
  const everyMs = (count / rate / (kills + 1)) * 1_000;
  for (let killed = 0; killed < kills; killed += 1) {
    await sleep(everyMs * (0.7 + Math.random() * 0.6)); // the instant of the kill is the experiment
    await program.kill();
    await program.start();
  }
}

async function takeDown(fronts: readonly Front[], { downMs }: DayOptions): Promise<void> {
  for (const front of fronts) {
    front.setDown(true);
    await sleep(downMs); // how long it is away is the experiment
    front.setDown(false);
  }
}

async function ask<T>({ opsUrl }: Program, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${opsToken}` };
  const answer = await fetch(opsUrl + path, { headers, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

async function all<T>(program: Program, path: string): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = await ask<Page<T>>(program, `${path}limit=200${from}`);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** The first of them; undelivered events that no queue has handed over have none. */
async function openRows(program: Program): Promise<Delivery[]> {
  const states = await Promise.all(
    ["open", "sending"].map((state) =>
      ask<Page<Delivery>>(program, `/api/deliveries?state=${state}&limit=20`),
    ),
  );
  return states.flatMap(({ items }) => items);
}

async function isRead(program: Program): Promise<boolean> {
  const { bus } = await ask<Pick<SystemStatus, "bus">>(program, "/api/status");
  return bus.queues.every(({ ready }) => ready === 0);
}
