import { randomBytes } from "node:crypto";
import { sendTraffic } from "../../src/cli/simulate/send.ts";
import { generateTraffic, type SimulatedItem } from "../../src/cli/simulate/traffic.ts";
import type { Page, StoreStats, WaypostEvent } from "../../src/contracts.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, opsToken } from "./program.ts";

/** The counts of a queue checker: what was tried, acknowledged, and came to be stored. */
export interface Ledger {
  readonly attempted: Set<string>;
  readonly acknowledged: Set<string>;
  readonly codes: Record<string, number>;
  /** ms, of the POSTs answered 200. */
  readonly acks: number[];
}

/** Longer than any answer of the API takes: one that hangs is asked for again. */
const answerMs = 10_000;

const keyOf = (type: string, id: string) => `${type} ${id}`;
/** Only items about a message can be told apart at the other end. */
const keysOf = (post: { readonly items: readonly SimulatedItem[] }) =>
  post.items.flatMap(({ eventType, messageId }) =>
    messageId === undefined ? [] : [keyOf(eventType, messageId)],
  );

/** Sends like Meta: on schedule, in batches, with repeats and disorder, again whatever is not answered 200. */
export async function sendLoad(
  urls: readonly string[],
  options: { rate: number; seconds: number; attempted?: Set<string> },
): Promise<Ledger> {
  const { attempted = new Set() } = options;
  const ledger: Ledger = { attempted, acknowledged: new Set(), codes: {}, acks: [] };
  await Promise.all(
    urls.map(async (url) => {
      const posts = generateTraffic({
        seed: randomBytes(6).toString("hex"),
        appSecret,
        scenario: "conversation",
        rate: options.rate / urls.length,
        count: Math.round((options.rate * options.seconds) / urls.length),
        batch: 3,
        duplicates: 10,
        disorder: 10,
      });
      const summary = await sendTraffic(recorded(posts, ledger), {
        url,
        retryMs: 60_000,
        onAnswer: ({ post, outcome, ms }) => {
          if (outcome !== 200) return;
          ledger.acks.push(ms);
          for (const key of keysOf(post)) ledger.acknowledged.add(key);
        },
      });
      for (const [code, count] of Object.entries(summary.codes)) {
        ledger.codes[code] = (ledger.codes[code] ?? 0) + count;
      }
    }),
  );
  return ledger;
}

function* recorded<T extends { readonly items: readonly SimulatedItem[] }>(
  posts: Iterable<T>,
  ledger: Ledger,
): Generator<T> {
  for (const post of posts) {
    for (const key of keysOf(post)) ledger.attempted.add(key);
    yield post;
  }
}

export interface Verdict {
  readonly lost: string[];
  readonly doubled: string[];
  readonly unexpected: string[];
}

/** Waits until the log holds all that was acknowledged, or `withinMs` is over, and compares. */
export async function compare(opsUrl: string, ledger: Ledger, withinMs = 60_000): Promise<Verdict> {
  let stored = new Map<string, string[]>();
  let counted = 0;
  const missing = () => [...ledger.acknowledged].filter((key) => !stored.has(key));
  /** The whole log is read only where what has come since may be all that was missing: reading holds up those who still write. */
  const holdsAll = async () => {
    const count = await countOf(opsUrl);
    if (count - counted < missing().length) return false;
    stored = await storedEvents(opsUrl);
    counted = count;
    return missing().length === 0;
  };
  // A store that was just away may not answer yet.
  const condition = () => holdsAll().catch(() => false);
  const isSo = await waitFor("the log holds all that was acknowledged", condition, withinMs).then(
    () => true,
    () => false,
  );
  if (!isSo) stored = await storedEvents(opsUrl).catch(() => stored);
  return {
    lost: missing(),
    doubled: [...stored].filter(([, ids]) => ids.length > 1).map(([key]) => key),
    unexpected: [...stored.keys()].filter((key) => !ledger.attempted.has(key)),
  };
}

async function ask<T>(url: string): Promise<T> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${opsToken}` },
    signal: AbortSignal.timeout(answerMs),
  });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  return (await answer.json()) as T;
}

const countOf = async (opsUrl: string) => (await ask<StoreStats>(`${opsUrl}/api/stats`)).events;

async function storedEvents(opsUrl: string): Promise<Map<string, string[]>> {
  const stored = new Map<string, string[]>();
  let cursor: string | null = null;
  do {
    const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<WaypostEvent> = await ask(`${opsUrl}/api/events?limit=200${query}`);
    for (const event of page.items) {
      const id = event.data.message?.id ?? event.data.status?.messageId;
      if (id === undefined) continue;
      const key = keyOf(event.type, id);
      stored.set(key, [...(stored.get(key) ?? []), event.id]);
    }
    cursor = page.next;
  } while (cursor !== null);
  return stored;
}
