import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Renormalization, Renormalize } from "../../src/contracts.ts";
import {
  InvalidCursorError,
  NotDurableError,
  type Store,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { parseBusMessage } from "../../src/event/parse.ts";
import { quarantinedPost } from "../../src/event/quarantined-post.ts";
import { createRenormalizer } from "../../src/jobs/renormalize/renormalizer.ts";
import { addUp } from "../../src/jobs/renormalize/tally.ts";
import type { RenormalizerSources } from "../../src/jobs/renormalize/work.ts";
import { DATAVERSION, normalize } from "../../src/receive/normalize.ts";
import { createPostParser, type PostParser } from "../../src/receive/post-parser.ts";
import { readQuarantined } from "../../src/receive/read-quarantined.ts";
import type { Sources } from "../../src/receive/sources/source.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { type Harness, startOps, token } from "../ops/harness.ts";
import { createArrayLog } from "../support/array-log.ts";
import { runCli } from "../support/cli.ts";
import { messagesPost, textMessage } from "../support/meta-post.ts";
import { makeSource } from "../support/sources.ts";

const minute = (n: number) => new Date(Date.UTC(2026, 10, 20, 10, n)).toISOString();
const range = { from: minute(0), to: minute(1_000), dryRun: false };
const never = new AbortController().signal;
const newerVersion = DATAVERSION + 1;

/** As if the program had been upgraded: the same parser, with a higher version. */
const newer: typeof normalize = (envelope, context) => {
  const { events, problems } = normalize(envelope, context);
  return { events: events.map((event) => ({ ...event, dataversion: newerVersion })), problems };
};

/** What an older parser made: it had no word for texts. */
function older(n: number, { id, ...more }: Partial<WaypostEvent> = {}): WaypostEvent {
  const [event = assert.fail()] = made(n);
  const { message: _, ...data } = event.data;
  const unrecognized = { field: "messages" };
  const type = "whatsapp.unrecognized.messages";
  return { ...event, id: id ?? event.id, type, data: { ...data, unrecognized }, ...more };
}

function made(n: number): WaypostEvent[] {
  const post = messagesPost([textMessage(`wamid.${n}`, `text ${n}`)]);
  return normalize(post, { receivedAt: minute(n), postId: `pst_${n}` }).events;
}

let folder: string;
let store: Store;
let parser: PostParser;
let published: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-renormalize-"));
  const path = join(folder, "store.db");
  store = await openEmbeddedStore({ path, retentionDays: 3_650, log: createArrayLog() });
  parser = createPostParser({ log: createArrayLog() });
  published = [];
});
afterEach(async () => {
  await parser.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Bus and store consumer in one: what is published is stored. */
const publish: RenormalizerSources["publish"] = async (events) => {
  published.push(...events.map(({ id }) => id));
  await store.append(events.map(({ bytes }) => parseBusMessage(bytes)));
};

let sources: Sources = new Map();
const read: RenormalizerSources["read"] = (post) => readQuarantined(post, parser, sources);

function renormalizer(changes: Partial<RenormalizerSources> = {}): Renormalize {
  const parser = { normalize: newer, dataversion: newerVersion };
  return createRenormalizer({ query: store, publish, read, parser, ...changes });
}

async function run(renormalize: Renormalize, changes: object = {}): Promise<Renormalization> {
  let sum: Renormalization | undefined;
  do {
    const cursor = sum?.next ? { cursor: sum.next } : {};
    sum = addUp(sum, await renormalize({ ...range, ...changes, ...cursor }, never));
  } while (sum.next !== null);
  return sum;
}

const stored = async (id: string) => (await store.event(id)) ?? assert.fail(`no ${id}`);
const keep = (n: number, text: string) =>
  quarantinedPost(Buffer.from(text), [{ path: "", reason: "not read in time" }], {
    receivedAt: minute(n),
    postId: `pst_q${n}`,
  });

describe("renormalizing the log", () => {
  it("replaces what the parser reads differently, under its id and time of receipt", async () => {
    const old = older(1);
    await store.append([old, ...made(2)]);
    const { counts, paths, examples } = await run(renormalizer());
    assert.deepEqual(
      [counts.events, counts.changed, counts.unchanged, counts.published],
      [2, 1, 1, 1],
    );
    const now = await stored(old.id);
    assert.equal(now.type, "whatsapp.message.text");
    assert.equal(now.data.message?.text?.body, "text 1");
    assert.deepEqual(
      [now.dataversion, now.data.receivedAt, now.postid],
      [newerVersion, old.data.receivedAt, old.postid],
    );
    assert.equal(paths["type"], 1);
    assert.deepEqual(examples[0]?.changes?.[0], {
      path: "type",
      before: '"whatsapp.unrecognized.messages"',
      after: '"whatsapp.message.text"',
    });
  });

  it("publishes nothing in a dry run, and says what it would", async () => {
    await store.append([older(1), keep(2, JSON.stringify(messagesPost([textMessage("wamid.q")])))]);
    const { counts } = await run(renormalizer(), { dryRun: true });
    assert.deepEqual([counts.changed, counts.recovered, counts.published], [1, 1, 0]);
    assert.deepEqual(published, []);
  });

  it("refuses to replace without a higher dataversion", async () => {
    await store.append([older(1), older(2, { id: "evt_other" })]);
    const same = renormalizer({ parser: { normalize, dataversion: DATAVERSION } });
    const { counts, examples } = await run(same);
    assert.deepEqual([counts.refused, counts.changed, counts.superseded], [2, 0, 0]);
    assert.ok(examples.every(({ kind }) => kind === "refused"));
    assert.deepEqual(published, []);
  });

  it("marks an event that others take the place of, and publishes those", async () => {
    await store.append([older(1, { id: "evt_older" })]);
    const { counts } = await run(renormalizer());
    assert.deepEqual([counts.superseded, counts.split, counts.published], [1, 1, 2]);
    const [{ id } = assert.fail()] = made(1);
    assert.deepEqual((await stored("evt_older")).data.supersededBy, [id]);
    assert.equal((await stored("evt_older")).dataversion, newerVersion);
    assert.equal((await stored(id)).data.receivedAt, minute(1));
  });

  it("finds nothing more to do the second time", async () => {
    const text = JSON.stringify(messagesPost([textMessage("wamid.q")]));
    await store.append([older(1), older(2, { id: "evt_older" }), keep(3, text)]);
    const first = await run(renormalizer());
    assert.equal(first.counts.published, 4);
    const { counts } = await run(renormalizer());
    assert.deepEqual([counts.unchanged, counts.published], [4, 0]);
  });

  it("leaves alone what it makes nothing of, and what has no raw", async () => {
    const { raw: _, message: __, ...data } = made(2)[0]?.data ?? assert.fail();
    const business = { ...older(2, { id: "evt_b" }), type: "business.paid", data };
    await store.append([
      older(1, { data: { ...older(1).data, raw: { object: "page" } } }),
      business,
    ]);
    const { counts } = await run(renormalizer());
    assert.deepEqual([counts.lost, counts.skipped, counts.published], [1, 1, 0]);
  });

  it("goes by type and time", async () => {
    await store.append([older(1), older(2), ...made(3)]);
    const types = ["whatsapp.unrecognized.*"];
    const { counts } = await run(renormalizer(), { types, to: minute(2) });
    assert.deepEqual([counts.events, counts.changed], [1, 1]);
  });

  it("takes a log of many pages, and ends when nobody waits for it", async () => {
    await store.append(Array.from({ length: 450 }, (_, n) => older(n)));
    const gone = new AbortController();
    const early = renormalizer({
      publish: async (events, signal) => {
        await publish(events, signal);
        gone.abort();
      },
    });
    await assert.rejects(early(range, gone.signal), { name: "AbortError" });
    assert.equal(published.length, 200);
    const { counts } = await run(renormalizer());
    assert.deepEqual([counts.events, counts.changed, counts.unchanged], [450, 250, 200]);
  });

  it("says so when the bus takes nothing, and refuses a cursor that is none", async () => {
    await store.append([older(1)]);
    const failing = renormalizer({ publish: () => Promise.reject(new Error("down")) });
    await assert.rejects(run(failing), NotDurableError);
    await assert.rejects(run(renormalizer(), { cursor: "x:y" }), InvalidCursorError);
  });
});

describe("renormalizing quarantine", () => {
  it("publishes what was not understood then, with its time of receipt", async () => {
    await store.append([keep(5, JSON.stringify(messagesPost([textMessage("wamid.q")])))]);
    const { counts } = await run(renormalizer());
    assert.deepEqual([counts.quarantined, counts.understood, counts.recovered], [1, 1, 1]);
    const event = await stored(published[0] ?? "");
    assert.deepEqual([event.data.receivedAt, event.postid], [minute(5), "pst_q5"]);
    assert.equal((await store.stats()).quarantine, 1);
  });

  it("publishes of a POST only what the log lacks, and only the types asked for", async () => {
    const messages = [textMessage("wamid.1"), textMessage("wamid.2"), { id: "x".repeat(600) }];
    const statuses = [{ id: "wamid.3", status: "read", timestamp: "1790000000" }];
    const text = JSON.stringify(messagesPost(messages, { statuses }));
    const { events } = normalize(JSON.parse(text), { receivedAt: minute(1), postId: "pst_q1" });
    await store.append([...events.slice(0, 1), keep(1, text)]);
    const { counts } = await run(renormalizer(), { types: ["whatsapp.message.*"] });
    assert.deepEqual([counts.quarantined, counts.understood, counts.recovered], [1, 0, 1]);
    assert.deepEqual(published, [events[1]?.id]);
  });

  it("makes nothing of bytes that are still no JSON", async () => {
    await store.append([keep(1, "{"), keep(2, "\u0000")]);
    const { counts } = await run(renormalizer());
    assert.deepEqual([counts.quarantined, counts.understood, counts.published], [2, 0, 0]);
  });

  it("reads a source's POST by that source's rules, and never as Meta's", async () => {
    const text = JSON.stringify({
      ...messagesPost([textMessage("wamid.40")]),
      phone: "+4915123456789",
    });
    const [problem] = [{ path: "emit[0].contact", reason: "the body names nobody" }];
    const post = { receivedAt: minute(4), postId: "pst_hook", source: "/hooks/shop" };
    await store.append([quarantinedPost(Buffer.from(text), [problem], post)]);
    const type = "business.form.submitted";
    const before = await run(renormalizer());
    assert.deepEqual([before.counts.understood, before.counts.published], [0, 0]);

    const emit = [{ type, contact: { phone: "{{ body.phone }}" } }];
    sources = new Map([["shop", makeSource({ emit })]]);
    const { counts } = await run(renormalizer());
    sources = new Map();
    assert.deepEqual([counts.quarantined, counts.understood, counts.recovered], [1, 1, 1]);
    const { items } = await store.events({}, { limit: 10 });
    assert.deepEqual(
      items.map(({ type, postid, data }) => [type, postid, data.receivedAt, data.contact?.waId]),
      [[type, "pst_hook", minute(4), "4915123456789"]],
    );
  });
});

describe("waypost renormalize", () => {
  let ops: Harness;
  before(async () => {
    ops = await startOps({ renormalize: (request, signal) => renormalizer()(request, signal) });
  });
  after(() => ops.ops.close());

  const waypost = (...args: string[]) => runCli(["renormalize", ...args], { url: ops.url, token });
  const times = ["--from", minute(0), "--to", minute(1_000)];

  it("shows what differs, and publishes it only after a yes", async () => {
    await store.append([older(1), ...made(2)]);
    const dry = await waypost(...times, "--dry-run");
    assert.deepEqual([dry.code, dry.err], [0, ""]);
    assert.match(dry.out, /Read 2 events/);
    assert.match(dry.out, /1 {2}come out with other data/);
    assert.match(dry.out, /type: "whatsapp.unrecognized.messages" → "whatsapp.message.text"/);
    const unasked = await waypost(...times);
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /--yes/);
    assert.deepEqual(published, []);
    const done = await waypost(...times, "--yes", "--json");
    assert.equal(done.code, 0);
    assert.equal(JSON.parse(done.out).counts.published, 1);
    assert.equal(published.length, 1);
    assert.match((await waypost(...times, "--yes")).out, /2 {2}come out as they are stored/);
  });

  it("says plainly why it refuses", async () => {
    await store.append([older(1, { dataversion: newerVersion })]);
    const { code, out } = await waypost(...times, "--yes");
    assert.equal(code, 1);
    assert.ok(out.includes(`1 events differ although the parser has dataversion ${newerVersion}`));
  });

  it("refuses times and types that are none", async () => {
    assert.equal((await waypost("--from", "noon-ish")).code, 2);
    const { code, err } = await waypost(...times, "--type", "Nope");
    assert.equal(code, 2);
    assert.match(err, /types must be type patterns/);
  });
});
