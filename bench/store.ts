/**
 * The store consumer against a bare loop that makes the same writes on the same server: events a second, and
 * the ratio. Run alone: `node --import tsx bench/store.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mongo } from "mongoose";
import type { Store, WaypostEvent } from "../src/contracts.ts";
import { conversationIdOf } from "../src/event/conversation.ts";
import { openEmbeddedStore } from "../src/store/embedded/open-embedded-store.ts";
import { createStoreHandler } from "../src/store/log/create-store-handler.ts";
import { connectMongoStore } from "../src/store/mongo/connect-mongo-store.ts";
import { createLog } from "../src/support/log.ts";
import { createMetrics } from "../src/support/metrics.ts";
import { mongoAvailable, startMongo } from "../test/services/mongo.ts";
import { median } from "./median.ts";

const rounds = 5;
const batches = 40;
const batchSize = 200;
/** Events come in the order of their times, as nearly all do: what is known of a contact is not said sooner again. */
const began = Date.now();

interface StoreFigures {
  readonly mongoPerSecond?: number;
  readonly barePerSecond?: number;
  /** Median of the rounds. The bar is 0.5. */
  readonly ratio?: number;
  readonly embeddedPerSecond: number;
}

export async function benchStore(): Promise<StoreFigures> {
  const embeddedPerSecond = await measureEmbedded();
  return mongoAvailable()
    ? { ...(await measureMongo()), embeddedPerSecond }
    : { embeddedPerSecond };
}

async function measureMongo() {
  const server = await startMongo();
  const log = createLog({ level: "error" });
  const client = await new mongo.MongoClient(server.url, {
    writeConcern: { w: "majority", journal: true },
  }).connect();
  const runs: { store: number; bare: number; ratio: number }[] = [];
  try {
    for (let round = 0; round < rounds + 1; round++) {
      const url = new URL(server.url);
      url.pathname += `_${round}`;
      const store = await connectMongoStore({ url: url.href, retentionDays: 30, log });
      await store.syncIndexes();
      const rate = await throughHandler(store, round);
      const written = client.db(url.pathname.slice(1));
      const aside = client.db(`${url.pathname.slice(1)}_bare`);
      const bare = await bareLoop(written, aside, round);
      await aside.dropDatabase();
      await store.close();
      await written.dropDatabase();
      // The first warms up both.
      if (round > 0) runs.push({ store: rate, bare, ratio: rate / bare });
    }
  } finally {
    await client.close();
    await log.close();
    await server.cleanup();
  }
  return {
    mongoPerSecond: median(runs.map((run) => run.store)),
    barePerSecond: median(runs.map((run) => run.bare)),
    ratio: median(runs.map((run) => run.ratio)),
  };
}

async function measureEmbedded(): Promise<number> {
  const log = createLog({ level: "error" });
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const folder = await mkdtemp(join(tmpdir(), "waypost-bench-"));
    const store = await openEmbeddedStore({ path: join(folder, "s.db"), retentionDays: 30, log });
    rates.push(await throughHandler(store, round));
    await store.close();
    await rm(folder, { recursive: true });
  }
  await log.close();
  return median(rates);
}

async function throughHandler(store: Store, round: number): Promise<number> {
  const handle = createStoreHandler({
    store,
    log: createLog({ level: "error" }),
    metrics: createMetrics(),
  });
  const signal = new AbortController().signal;
  const work = Array.from({ length: batches }, (_, i) => batchOf(round, i));
  const started = performance.now();
  for (const batch of work) await handle(batch, signal);
  return perSecond(started);
}

/** Inserts the events the store wrote, and upserts the rows it wrote in the same number of operations. */
async function bareLoop(from: mongo.Db, to: mongo.Db, round: number): Promise<number> {
  const work = await Promise.all(
    Array.from({ length: batches }, async (_, i) => {
      const batch = batchOf(round, i);
      const ids = batch.map((event) => event.id as never);
      const events = await from
        .collection("events")
        .find({ _id: { $in: ids } })
        .toArray();
      const of = async (name: string, keys: unknown[]) =>
        upserts(
          await from
            .collection(name)
            .find({ _id: { $in: keys as never[] } })
            .toArray(),
        );
      const conversations = unique(batch.map((event) => event.data.conversationId));
      return {
        events,
        messages: await of("messages", unique(batch.map(messageIdOf))),
        conversations: await of("conversations", conversations),
        accounts: await of(
          "accounts",
          unique(batch.map((event) => event.data.account.phoneNumberId)),
        ),
        aliases: upserts(
          await from
            .collection("aliases")
            .find({ to: { $in: conversations as never[] } })
            .toArray(),
        ),
      };
    }),
  );
  const started = performance.now();
  for (const { events, ...rows } of work) {
    await to.collection("events").insertMany(events, { ordered: false });
    await Promise.all(
      Object.entries(rows).map(([name, writes]) =>
        to.collection(name).bulkWrite(writes as never, { ordered: false }),
      ),
    );
  }
  return perSecond(started);
}

function upserts(documents: readonly mongo.Document[]) {
  return documents.map(({ _id, ...rest }) => ({
    updateOne: { filter: { _id }, update: { $max: rest }, upsert: true },
  }));
}

/** Half texts of 100 customers, half statuses of what they were answered. */
function batchOf(round: number, batch: number): WaypostEvent[] {
  return Array.from({ length: batchSize }, (_, i) => eventOf(round, batch * batchSize + i));
}

function eventOf(round: number, n: number): WaypostEvent {
  const phoneNumberId = "700700700700700";
  const contact = {
    waId: `1555555${1000 + (n % 100)}`,
    userId: `DE.${7410258900 + (n % 100)}`,
    name: "Mia Kern",
  };
  const at = new Date(began + n).toISOString();
  const conversationId = conversationIdOf(phoneNumberId, { userId: contact.userId }) ?? "";
  const isText = n % 2 === 0;
  const body = `Is the blue one number ${n} back, and could you send it to my office please?`;
  const raw = {
    object: "whatsapp_business_account",
    entry: [
      {
        id: "900100200300400",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "15555550100", phone_number_id: phoneNumberId },
              contacts: [
                { profile: { name: contact.name }, wa_id: contact.waId, user_id: contact.userId },
              ],
              messages: [
                {
                  from: contact.waId,
                  id: `wamid.${round}.${n}`,
                  timestamp: "1790000001",
                  type: "text",
                  text: { body },
                },
              ],
            },
          },
        ],
      },
    ],
  };
  const what = isText
    ? { message: { id: `wamid.${round}.${n}`, type: "text", sentAt: at, text: { body } } }
    : {
        status: {
          messageId: `wamid.${round}.${n - (n % 6)}`,
          status: ["sent", "delivered", "read"][n % 3] ?? "sent",
          at,
        },
      };
  return {
    specversion: "1.0",
    id: `evt_${round}_${n}`,
    type: isText ? "whatsapp.message.text" : `whatsapp.status.${what.status?.status}`,
    source: `/whatsapp/900100200300400/${phoneNumberId}`,
    subject: conversationId,
    time: at,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: `pst_${n}`,
    dataversion: 1,
    data: {
      account: { wabaId: "900100200300400", phoneNumberId },
      contact,
      conversationId,
      receivedAt: at,
      ...what,
      raw,
    },
  };
}

function messageIdOf({ data }: WaypostEvent): string | undefined {
  return data.message?.id ?? data.status?.messageId;
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

function perSecond(started: number): number {
  return Math.round((batches * batchSize * 1000) / (performance.now() - started));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = await benchStore();
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}
