import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  type EventFilter,
  InvalidCursorError,
  type RunningProcess,
  type Store,
  StoreError,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { toEvent } from "../../src/event/intake/intake-event.ts";
import { quarantinedPost } from "../../src/event/quarantined-post.ts";
import {
  makeEvent,
  makeStatus,
  makeText,
  phoneNumberId,
  second,
  wabaId,
} from "../store/make-events.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes it and removes what it kept. */
  close(): Promise<void>;
}

/** What every store promises; the same for each. `open` makes an empty one. */
export function testStore(
  name: string,
  options: { skip: string | false },
  open: () => Promise<StoreUnderTest>,
): void {
  describe(`the ${name} store`, options, () => {
    let opened: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.syncIndexes();
    });
    afterEach(() => opened.close());

    testAppending(() => store);
    testPages(() => store);
    testFilters(() => store);
    testText(() => store);
    testContacts(() => store);
    testAliases(() => store);
    testMessages(() => store);
    testConversations(() => store);
    testHostileFilters(() => store);
    testQuarantine(() => store);
    testRoles(() => store);

    it("is healthy", async () => {
      assert.equal(await store.health(), undefined);
    });

    it("counts what it holds", async () => {
      const now = new Date().toISOString();
      await store.append([
        makeText("old", { at: 1 }),
        makeText("new", { receivedAt: now }),
        makeStatus("wamid.OUT1", "sent", { receivedAt: now }),
        makeEvent({ type: "whatsapp.account.alert", account: { wabaId }, receivedAt: second(5) }),
        quarantinedPost(Buffer.from("{"), [], { receivedAt: second(3), postId: "pst_q" }),
      ]);
      const stats = await store.stats();
      assert.equal(stats.events, 4);
      assert.equal(stats.messages, 3);
      assert.equal(stats.conversations, 1);
      assert.equal(stats.quarantine, 1);
      assert.deepEqual(stats.last24h, { "whatsapp.message.text": 1, "whatsapp.status.sent": 1 });
      assert.deepEqual(stats.lastEventAt, { [phoneNumberId]: now, [wabaId]: second(5) });
    });
  });
}

type Get = () => Store;

async function ids(store: Store, filter: EventFilter): Promise<string[]> {
  const { items } = await store.events(filter, { limit: 200 });
  return items.map((event) => event.id);
}

/** All pages, as a client walks them. */
async function walk(store: Store, filter: EventFilter, limit: number): Promise<WaypostEvent[]> {
  const all: WaypostEvent[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await store.events(filter, { limit, ...(cursor !== undefined && { cursor }) });
    assert.ok(page.items.length <= limit);
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

function testAppending(get: Get): void {
  it("stores a batch once, however often it comes", async () => {
    const batch = Array.from({ length: 20 }, (_, i) => makeText(`hello ${i}`));
    const first = await get().append(batch);
    assert.deepEqual(
      [...first.stored].sort(),
      batch.map((event) => event.id),
    );
    assert.equal(first.duplicates, 0);
    const again = await get().append([...batch, ...batch]);
    assert.deepEqual(again, { stored: [], duplicates: 40, replaced: 0 });
    assert.equal((await get().stats()).events, 20);
  });

  it("counts a duplicate within one batch", async () => {
    const event = makeText("twice");
    const appended = await get().append([event, event]);
    assert.deepEqual(appended, { stored: [event.id], duplicates: 1, replaced: 0 });
  });

  it("gives back exactly what it was given", async () => {
    for (const raw of strangeRaws()) {
      const event = makeEvent({ data: { raw } });
      await get().append([event]);
      assert.deepEqual(await get().event(event.id), event);
    }
  });

  it("takes 1,000 events at once", async () => {
    const batch = Array.from({ length: 1_000 }, (_, i) =>
      makeText(`text number ${i}`, { contact: { waId: `1555555${1000 + (i % 50)}` } }),
    );
    assert.equal((await get().append(batch)).stored.length, 1_000);
    assert.equal((await walk(get(), {}, 200)).length, 1_000);
    assert.equal((await get().stats()).conversations, 50);
  });

  it("takes an empty batch", async () => {
    assert.deepEqual(await get().append([]), { stored: [], duplicates: 0, replaced: 0 });
  });

  it("lets a higher dataversion take the place of a lower one, and never the other way", async () => {
    const old = makeText("old reading", { dataversion: 1 });
    const better = { ...makeText("fresh", { dataversion: 3 }), id: old.id, time: old.time };
    await get().append([old]);
    assert.deepEqual(await get().append([better]), { stored: [], duplicates: 1, replaced: 1 });
    assert.deepEqual(await get().append([better]), { stored: [], duplicates: 1, replaced: 0 });
    const between = { ...old, dataversion: 2 };
    assert.deepEqual(await get().append([old, between]), {
      stored: [],
      duplicates: 2,
      replaced: 0,
    });
    assert.deepEqual(await get().event(old.id), better);
    assert.deepEqual(await ids(get(), { text: "fresh" }), [old.id]);
    assert.deepEqual(await ids(get(), { text: "reading" }), []);
  });

  it("keeps the highest of several dataversions in one batch", async () => {
    const event = makeText("one");
    const versions = [1, 3, 2].map((dataversion) => ({ ...event, dataversion }));
    const appended = await get().append(versions);
    assert.deepEqual(appended.stored, [event.id]);
    assert.equal((await get().event(event.id))?.dataversion, 3);
  });

  it("projects a replacement again", async () => {
    const old = makeEvent({ data: { message: { id: "wamid.R1", type: "unknown" } } });
    const better = {
      ...old,
      dataversion: 2,
      data: { ...old.data, message: { id: "wamid.R1", type: "hologram" } },
    };
    await get().append([better]);
    await get().append([old]);
    assert.equal((await get().message("wamid.R1"))?.type, "hologram");
  });

  it("refuses a batch with an event that can never be written, and stores its siblings without it", async () => {
    const good = makeText("good");
    const bad = makeEvent({ receivedAt: "yesterday" });
    await assert.rejects(
      get().append([good, bad]),
      (error: unknown) => error instanceof StoreError && error.verdict === "refused",
    );
    await get().append([good]);
    assert.deepEqual(await ids(get(), {}), [good.id]);
  });

  it("keeps every event of concurrent batches that touch the same rows", async () => {
    const statuses = ["sent", "delivered", "read"];
    const batches = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 5 }, (_, j) =>
        makeStatus(`wamid.C${j}`, statuses[i % 3] ?? "sent", { id: `evt_c${i}_${j}` }),
      ),
    );
    await Promise.all(batches.map((batch) => get().append(batch)));
    assert.equal((await get().stats()).events, 60);
    for (let j = 0; j < 5; j++) {
      const view = await get().message(`wamid.C${j}`);
      assert.equal(view?.status, "read");
      assert.equal(view?.events.length, 12);
    }
  });
}

function strangeRaws(): unknown[] {
  const parsed = (json: string): unknown => JSON.parse(json);
  return [
    {},
    { empty: {}, list: [], nested: { deep: {} }, none: null },
    { "a.b": 1, $set: { $where: "x" }, "": "no name", "with\u0000nul": "a\u0000b" },
    { _bsontype: "ObjectId", id: "x", $ref: "a", $id: 1, toBSON: "no", toJSON: 1 },
    parsed('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'),
    { numbers: [0, 1.5, 2 ** 31, 2 ** 53 - 1, -(2 ** 40), 1e300, 5e-324] },
    { lone: "\ud800", pair: "😀", right: "\u202eabc" },
    { "lone\ud800key": 1 },
    { 2: "b", 1: "a", z: 1, y: [[[]], [{}]] },
    { date: "2026-11-20T10:00:00Z", oid: "507f1f77bcf86cd799439011", bool: [true, false] },
    parsed("[".repeat(500) + "]".repeat(500)),
    { long: "x".repeat(500_000) },
    "a text",
    null,
  ];
}

function testPages(get: Get): void {
  it("lists the newest first, ids break ties", async () => {
    await get().append([
      makeText("b", { id: "evt_b", at: 5 }),
      makeText("z", { id: "evt_z", at: 1 }),
      makeText("c", { id: "evt_c", at: 5 }),
      makeText("a", { id: "evt_a", at: 9 }),
    ]);
    assert.deepEqual(await ids(get(), {}), ["evt_a", "evt_c", "evt_b", "evt_z"]);
  });

  it("pages through events that share a moment, at every limit, without gap or repeat", async () => {
    const batch = Array.from({ length: 23 }, (_, i) => makeText("same", { at: i % 3 }));
    await get().append(batch);
    const whole = await ids(get(), {});
    assert.equal(whole.length, 23);
    for (const limit of [1, 2, 7, 22, 23, 24]) {
      const walked = await walk(get(), {}, limit);
      assert.deepEqual(
        walked.map((event) => event.id),
        whole,
      );
    }
  });

  it("lists the oldest first where it is asked to, with every filter, and goes on to what comes in meanwhile", async () => {
    const batch = Array.from({ length: 23 }, (_, i) =>
      makeText(i % 2 === 0 ? "even" : "odd", { at: i % 5 }),
    );
    await get().append(batch);
    for (const filter of [
      {},
      { text: "even" },
      { types: ["whatsapp.message.*"] },
      { to: batch[3]?.data.receivedAt ?? "" },
    ]) {
      const newestFirst = await ids(get(), filter);
      const found: string[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await get().events(filter, {
          limit: 4,
          order: "oldest",
          ...(cursor && { cursor }),
        });
        found.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      }
      assert.deepEqual(found, newestFirst.reverse(), JSON.stringify(filter));
    }
    const first = await get().events({}, { limit: 20, order: "oldest" });
    const late = makeText("late", { at: 1_000 });
    await get().append([late]);
    const rest = await get().events({}, { limit: 20, order: "oldest", cursor: first.next ?? "" });
    assert.equal(rest.items.at(-1)?.id, late.id);
  });

  it("shows nothing twice and misses nothing older while newer events come in", async () => {
    const old = Array.from({ length: 30 }, (_, i) => makeText("old", { at: i }));
    await get().append(old);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await get().events({}, { limit: 4, ...(cursor && { cursor }) });
      seen.push(...page.items.map((event) => event.id));
      cursor = page.next;
      await get().append([makeText("newer", { at: 1_000 + seen.length })]);
    }
    assert.deepEqual(seen, old.map((event) => event.id).reverse());
  });

  it("says that there is no next page", async () => {
    await get().append([makeText("one", { at: 1 }), makeText("two", { at: 2 })]);
    assert.equal((await get().events({}, { limit: 2 })).next, null);
    assert.notEqual((await get().events({}, { limit: 1 })).next, null);
  });

  it("refuses cursors it did not make", async () => {
    for (const cursor of ["", "x", "%%%", "eyJhIjoxfQ", Buffer.from("1 ").toString("base64url")]) {
      await assert.rejects(get().events({}, { limit: 5, cursor }), InvalidCursorError);
      await assert.rejects(get().conversations({}, { limit: 5, cursor }), InvalidCursorError);
      await assert.rejects(get().quarantine({}, { limit: 5, cursor }), InvalidCursorError);
    }
  });

  it("refuses limits outside 1 to 200", async () => {
    for (const limit of [0, -1, 201, 1.5, Number.NaN]) {
      await assert.rejects(get().events({}, { limit }), TypeError);
    }
  });
}

function testFilters(get: Get): void {
  const other = { wabaId: "900900900900900", phoneNumberId: "711711711711711" };
  const ben = { waId: "4915555550199", userId: "DE.8520369147", name: "Ben" };
  const samples = () => [
    makeText("blue shoes", { id: "evt_1", at: 10 }),
    makeText("red shoes", { id: "evt_2", at: 20, contact: ben }),
    makeText("red hat", { id: "evt_3", at: 30, account: other, contact: ben }),
    makeStatus("wamid.OUT1", "sent", { id: "evt_4", at: 40 }),
    makeStatus("wamid.OUT1", "read", { id: "evt_5", at: 50, contact: ben }),
    makeEvent({ id: "evt_6", at: 60, type: "whatsapp.template.status", account: { wabaId } }),
    makeEvent({
      id: "evt_7",
      at: 70,
      type: "whatsapp.message.reaction",
      data: { message: { id: "wamid.R", type: "reaction", reaction: { messageId: "wamid.OUT1" } } },
    }),
  ];
  const mine = conversationIdOf(phoneNumberId, { phone: "15555550123" }) ?? "";
  /** Each filter with the numbers of the events it holds for. */
  const cases: [EventFilter, number[]][] = [
    [{}, [1, 2, 3, 4, 5, 6, 7]],
    [{ types: ["whatsapp.message.text"] }, [1, 2, 3]],
    [{ types: ["whatsapp.message.*"] }, [1, 2, 3, 7]],
    [{ types: ["whatsapp.#"] }, [1, 2, 3, 4, 5, 6, 7]],
    [{ types: ["#"] }, [1, 2, 3, 4, 5, 6, 7]],
    [{ types: ["#.status"] }, [6]],
    [{ types: ["whatsapp.*.status", "whatsapp.status.read"] }, [5, 6]],
    [{ types: ["whatsapp.message"] }, []],
    [{ types: [] }, []],
    [{ conversation: mine }, [1, 4, 7]],
    [{ conversation: "cnv_none" }, []],
    [{ contact: "15555550123" }, [1, 4, 6, 7]],
    [{ contact: "+1 (555) 555-0123" }, [1, 4, 6, 7]],
    [{ contact: "0015555550123" }, [1, 4, 6, 7]],
    [{ contact: "DE.8520369147" }, [2, 3, 5]],
    [{ contact: "+49 1555 5550199" }, [2, 3, 5]],
    [{ messageId: "wamid.OUT1" }, [4, 5, 7]],
    [{ messageId: "wamid.none" }, []],
    [{ account: phoneNumberId }, [1, 2, 4, 5, 7]],
    [{ account: wabaId }, [1, 2, 4, 5, 6, 7]],
    [{ account: other.phoneNumberId }, [3]],
    [{ text: "shoes" }, [1, 2]],
    [{ text: "RED" }, [2, 3]],
    [{ text: "shoes red" }, [2]],
    [{ text: "shoe" }, []],
    [{ text: "!?" }, []],
    [{ text: " " }, [1, 2, 3, 4, 5, 6, 7]],
    [{ from: second(30) }, [3, 4, 5, 6, 7]],
    [{ to: second(30) }, [1, 2]],
    [{ from: "2026-11-20T11:00:20+01:00", to: second(41) }, [2, 3, 4]],
  ];

  it("finds a message by what it was sent with, once a status says so", async () => {
    const callback = "evt_1:whatsapp";
    const told = (messageId: string, bizOpaqueCallbackData?: unknown) =>
      makeStatus(messageId, "sent", {
        data: {
          status: {
            ...{ messageId, status: "sent", at: second(1) },
            ...(bizOpaqueCallbackData !== undefined && { bizOpaqueCallbackData }),
          } as NonNullable<WaypostEvent["data"]["status"]>,
        },
      });
    assert.equal(await get().sentWith(callback), undefined);
    await get().append([
      told("wamid.A"),
      told("wamid.B", callback),
      told("wamid.C", `${callback}:later`),
      told("wamid.D", ""),
      told("wamid.E", 7),
    ]);
    assert.equal(await get().sentWith(callback), "wamid.B");
    assert.equal(await get().sentWith(`${callback}:later`), "wamid.C");
    for (const other of ["", "7", "wamid.B", "evt_1"]) {
      assert.equal(await get().sentWith(other), undefined, other);
    }
    await assert.rejects(get().sentWith({ $ne: "" } as never), TypeError);
    assert.deepEqual(await ids(get(), { messageId: callback }), []);
  });

  it("knows a contact by ctc_… as by each of their ids, and nobody by what is none", async () => {
    await get().append(samples());
    for (const id of ["15555550123", "DE.8520369147"]) {
      const contact = (await get().contacts.find(id))?.id ?? "";
      assert.match(contact, /^ctc_/);
      const known = await ids(get(), { contact: id });
      assert.ok(known.length > 2);
      assert.deepEqual(await ids(get(), { contact }), known);
      const page = { limit: 50 };
      const { items } = await get().conversations({ contact }, page);
      assert.deepEqual(items, (await get().conversations({ contact: id }, page)).items);
    }
    assert.deepEqual(await ids(get(), { contact: "ctc_nobody" }), []);
    assert.deepEqual(
      (await get().conversations({ contact: "ctc_nobody" }, { limit: 5 })).items,
      [],
    );
  });

  it("answers every filter, and every two of them together", async () => {
    await get().append(samples());
    for (const [filter, holds] of cases) {
      const found = (await ids(get(), filter)).reverse();
      assert.deepEqual(
        found,
        holds.map((n) => `evt_${n}`),
        JSON.stringify(filter),
      );
    }
    for (const [a, holdsA] of cases) {
      for (const [b, holdsB] of cases) {
        if (Object.keys(a).some((key) => key in b)) continue;
        const both = holdsA.filter((n) => holdsB.includes(n));
        const found = (await ids(get(), { ...a, ...b })).reverse();
        assert.deepEqual(
          found,
          both.map((n) => `evt_${n}`),
          JSON.stringify({ ...a, ...b }),
        );
      }
    }
  });

  it("merges many types in order, and finds nothing for types that nothing has", async () => {
    const types = Array.from({ length: 230 }, (_, i) => `whatsapp.message.kind_${i}`);
    const events = types.flatMap((type, i) => [
      makeEvent({ id: `evt_a${i}`, type, at: i }),
      makeEvent({ id: `evt_b${i}`, type, at: 400 - i }),
    ]);
    await get().append(events);
    const pages = async (wanted: readonly string[]) =>
      (await walk(get(), { types: wanted }, 17)).map((event) => event.id);
    const newest = (of: readonly WaypostEvent[]) =>
      [...of]
        .sort((a, b) => (a.time === b.time ? (a.id < b.id ? 1 : -1) : a.time < b.time ? 1 : -1))
        .map((event) => event.id);
    // More and fewer than are merged, whole types and patterns.
    for (const count of [1, 3, 20]) {
      const some = types.slice(50, 50 + count);
      const expected = newest(events.filter(({ type }) => some.includes(type)));
      assert.deepEqual(await pages(some), expected, `${count} types`);
    }
    await get().append([makeEvent({ type: "whatsapp.status.sent", at: 50 })]);
    assert.deepEqual(await pages(["whatsapp.message.*"]), newest(events));
    for (const none of ["whatsapp.payment.*", "whatsapp.payment.captured", "whatsapp", "*.*"]) {
      assert.deepEqual(await pages([none]), [], none);
    }
  });

  it("pages within all filters together", async () => {
    const batch = Array.from({ length: 40 }, (_, i) =>
      makeText(i % 2 ? "even odds" : "odd evens", { at: i }),
    );
    await get().append(batch);
    const filter = {
      types: ["whatsapp.*.text"],
      conversation: mine,
      contact: "15555550123",
      account: phoneNumberId,
      text: "odds",
      from: second(10),
      to: second(30),
    };
    const expected = batch.filter((_, i) => i % 2 === 1 && i >= 10 && i < 30).reverse();
    assert.deepEqual(await walk(get(), filter, 3), expected);
  });
}

function testText(get: Get): void {
  const cases: [string, string[], string[]][] = [
    ["Überweisung für März, bitte!", ["uberweisung", "MÄRZ", "fur bitte"], ["übe", "mai"]],
    ["أين طلبي رقم ١٢٣؟", ["طلبي", "أين رقم", "١٢٣"], ["طلب"]],
    ["मेरा ऑर्डर कहाँ है", ["ऑर्डर", "कहाँ"], ["ऑर"]],
    ["黒い猫がほしいです", ["黒い", "猫がほしい", "猫", "ほしい"], ["猫い", "犬"]],
    ["请问我的订单到哪里了", ["订单", "我的订单", "单"], ["单订"]],
    ["ผมต้องการสั่งซื้อ", ["ต้องการ", "สั่งซื้อ"], ["ขาย"]],
    ["iPhone15を買う", ["iphone15", "買う", "IPHONE15を買う"], ["iphone"]],
    ["Ｆｕｌｌ ｗｉｄｔｈ ﬁne", ["full", "width fine"], ["ful"]],
    ["thanks 👍🏽 see you 🇩🇪", ["👍", "thanks 👍", "🇩🇪"], ["🎉"]],
    ["İstanbul'da ŞİŞLİ", ["istanbul", "sisli"], ["stanbul"]],
    ["Привет, как дела? Ёлка", ["привет", "КАК", "ёлка"], ["елка"]],
    ["𞤀𞤣𞤤𞤢𞤥 words of a young script", ["𞤢𞤣𞤤𞤢𞤥", "young"], ["𞤀𞤣"]],
  ];

  it("finds words of every script, whole words only", async () => {
    for (const [i, [body]] of cases.entries()) {
      await get().append([makeText(body, { id: `evt_t${i}`, at: i, contact: { waId: "1" } })]);
    }
    for (const [i, [, found, missed]] of cases.entries()) {
      for (const text of found) {
        assert.ok((await ids(get(), { text })).includes(`evt_t${i}`), `${text} finds its text`);
      }
      for (const text of missed) {
        assert.ok(!(await ids(get(), { text })).includes(`evt_t${i}`), `${text} finds nothing`);
      }
    }
  });

  it("finds captions, file names, buttons, lists, names and edits, not ids and URLs", async () => {
    const image = {
      id: "810000000000001",
      caption: "my receipt",
      url: "https://cdn.example/secretpath",
    };
    await get().append([
      makeEvent({ id: "evt_a", at: 1, data: { message: { type: "image", image } } }),
      makeEvent({
        id: "evt_b",
        at: 2,
        data: { message: { type: "document", document: { filename: "Überweisung März.pdf" } } },
      }),
      makeEvent({
        id: "evt_c",
        at: 3,
        data: {
          message: {
            type: "interactive",
            interactive: {
              listReply: { id: "slot_3", title: "Friday", description: "ten o'clock" },
            },
          },
        },
      }),
      makeEvent({
        id: "evt_d",
        at: 4,
        contact: { waId: "15555550777", name: "Zoë Quill" },
        data: {
          message: {
            type: "edit",
            edit: { message: { type: "text", text: { body: "the plum one" } } },
          },
        },
      }),
    ]);
    assert.deepEqual(await ids(get(), { text: "receipt" }), ["evt_a"]);
    assert.deepEqual(await ids(get(), { text: "marz pdf" }), ["evt_b"]);
    assert.deepEqual(await ids(get(), { text: "friday clock" }), ["evt_c"]);
    assert.deepEqual(await ids(get(), { text: "zoe plum" }), ["evt_d"]);
    for (const text of ["secretpath", "810000000000001", "slot"]) {
      assert.deepEqual(await ids(get(), { text }), []);
    }
  });

  it("is not disturbed by what full-text engines read as syntax", async () => {
    await get().append([makeText("fish AND chips")]);
    for (const text of [
      '"',
      "fish*",
      "fish OR nothing",
      "NOT",
      "words:fish",
      "^fish",
      "(",
      "NEAR(a b)",
    ]) {
      await ids(get(), { text });
    }
    assert.equal((await ids(get(), { text: "fish and" })).length, 1);
    assert.equal((await ids(get(), { text: "fish OR nothing" })).length, 0);
  });
}

/** Of each way to write a contact, the events of `ofContacts` that are about it. */
const notations: [contact: string, expected: string[]][] = [
  ["15555550123", ["evt_1"]],
  ["+15555550123", ["evt_1"]],
  ["0015555550123", ["evt_1"]],
  ["+1 (555) 555-0123", ["evt_1"]],
  ["1-555-555-0123", ["evt_1"]],
  ["1.555.555.0123", ["evt_1"]],
  ["+1 555/555 0123", ["evt_1"]],
  [" 15555550123\t", ["evt_1"]],
  ["+1\u00a0555\u00a0555\u20110123", ["evt_1"]],
  ["DE.7410258963", ["evt_2"]],
  [" DE.7410258963 ", ["evt_2"]],
  ["DE.ENT.11", ["evt_2"]],
  ["+49 155 5555 0198", ["evt_3"]],
  ["+49 155 5555 0199", ["evt_3"]],
  ["FR.1020304050", ["evt_4"]],
  ["FR.1020304051", ["evt_4"]],
  ["+39 0555 550123", ["evt_5"]],
  ["IT.1020304050", ["evt_5"]],
  ["34-5555-550-123", ["evt_6"]],
  ["+1 555 555 0124", []],
  ["555 0123", []],
  ["DE.7410258964", []],
  ["de.7410258963", []],
];

function ofContacts(): WaypostEvent[] {
  const system = { previousWaId: "4915555550198", waId: "4915555550199" };
  const idChange = { previousUserId: "FR.1020304050", userId: "FR.1020304051" };
  const addedParticipants = [{ waId: "390555550123" }, { userId: "IT.1020304050" }];
  const nobody = { contact: {} };
  return [
    makeText("a phone", { id: "evt_1", at: 1 }),
    makeText("a BSUID", {
      id: "evt_2",
      at: 2,
      contact: { userId: "DE.7410258963", parentUserId: "DE.ENT.11" },
    }),
    makeEvent({ id: "evt_3", at: 3, ...nobody, data: { message: { type: "system", system } } }),
    makeEvent({ id: "evt_4", at: 4, ...nobody, data: { idChange } }),
    makeEvent({ id: "evt_5", at: 5, ...nobody, data: { group: { addedParticipants } } }),
    makeEvent({
      id: "evt_6",
      at: 6,
      ...nobody,
      data: { syncedContact: { action: "add", phoneNumber: "+34 5555 550 123" } },
    }),
  ];
}

function testContacts(get: Get): void {
  it("finds a contact in every writing, and a route with it takes the same events", async () => {
    const events = ofContacts();
    await get().append(events);
    for (const [contact, expected] of notations) {
      assert.deepEqual(await ids(get(), { contact }), expected, `?contact=${contact}`);
      const route = { name: "r", when: { contact: [contact] }, to: ["crm"], test: false };
      const { match } = compileRoutes({ accounts: {}, routes: [route] });
      const taken = events.filter((event) => match(event).length > 0);
      assert.deepEqual(
        taken.map(({ id }) => id),
        expected,
        `contact: "${contact}"`,
      );
    }
  });
}

function testAliases(get: Get): void {
  const phone = { waId: "15555550123" };
  const id = "DE.7410258963";
  const cnv = (party: { userId?: string; phone?: string }) =>
    conversationIdOf(phoneNumberId, party) ?? "";
  const byPhone = cnv({ phone: phone.waId });
  const byId = cnv({ userId: id });

  it("joins a phone and a BSUID once one event held both", async () => {
    await get().append([
      makeText("by phone", { id: "evt_1", at: 1, contact: phone }),
      makeText("by id", { id: "evt_2", at: 2, contact: { userId: id } }),
    ]);
    assert.deepEqual(await ids(get(), { conversation: byPhone }), ["evt_1"]);
    await get().append([
      makeText("both", { id: "evt_3", at: 3, contact: { ...phone, userId: id } }),
    ]);
    for (const conversation of [byPhone, byId]) {
      assert.deepEqual(await ids(get(), { conversation }), ["evt_3", "evt_2", "evt_1"]);
    }
    for (const contact of [phone.waId, id]) {
      assert.deepEqual(await ids(get(), { contact }), ["evt_3", "evt_2", "evt_1"]);
    }
  });

  it("never merges two people who had the same number", async () => {
    await get().append([
      makeText("mia", { id: "evt_1", at: 1, contact: { ...phone, userId: id } }),
      makeText("just the phone", { id: "evt_2", at: 2, contact: phone }),
      makeText("ben", { id: "evt_3", at: 3, contact: { ...phone, userId: "DE.8520369147" } }),
    ]);
    const byBen = cnv({ userId: "DE.8520369147" });
    assert.deepEqual(await ids(get(), { conversation: byId }), ["evt_1"]);
    assert.deepEqual(await ids(get(), { conversation: byBen }), ["evt_3"]);
    assert.deepEqual(await ids(get(), { conversation: byPhone }), ["evt_2"]);
    assert.deepEqual(await ids(get(), { contact: id }), ["evt_1"]);
    assert.equal((await get().conversations({}, { limit: 10 })).items.length, 3);
  });

  it("follows a person who changes number and BSUID", async () => {
    await get().append([
      makeText("before", { id: "evt_1", at: 1, contact: { ...phone, userId: id } }),
      makeEvent({
        id: "evt_2",
        at: 2,
        type: "whatsapp.message.system",
        contact: { userId: "DE.8520369147", waId: "15555550199" },
        data: {
          message: {
            id: "wamid.SYS",
            type: "system",
            system: {
              type: "user_changed_number",
              waId: "15555550199",
              previousWaId: phone.waId,
              userId: "DE.8520369147",
              previousUserId: id,
            },
          },
        },
      }),
      makeText("after", { id: "evt_3", at: 3, contact: { waId: "15555550199" } }),
    ]);
    for (const contact of [phone.waId, id, "15555550199", "DE.8520369147"]) {
      assert.deepEqual(await ids(get(), { contact }), ["evt_3", "evt_2", "evt_1"], contact);
    }
    const { items } = await get().conversations({}, { limit: 10 });
    assert.equal(items.length, 1);
    assert.equal(items[0]?.id, cnv({ phone: "15555550199" }));
    assert.equal(items[0]?.aliases.length, 3);
  });

  it("never merges who has a number now with whom its last owner's number was", async () => {
    const numbers = { old: phone.waId, next: "15555550199" };
    const moved = makeEvent({
      id: "evt_2",
      at: 2,
      type: "whatsapp.message.system",
      contact: { waId: numbers.old },
      data: {
        message: {
          id: "wamid.SYS",
          type: "system",
          system: {
            type: "user_changed_number",
            waId: numbers.next,
            previousWaId: numbers.old,
          },
        },
      },
    });
    const before = makeText("before", { id: "evt_1", at: 1, contact: phone });
    const after = makeText("after", { id: "evt_3", at: 3, contact: { waId: numbers.next } });
    const newcomer = (at: number) =>
      makeText("new here", { id: `evt_${at}`, at, contact: { ...phone, userId: id } });
    const byNext = cnv({ phone: numbers.next });
    await get().append([moved]);
    await get().append([after, before]);
    assert.deepEqual(await ids(get(), { conversation: byPhone }), ["evt_3", "evt_2", "evt_1"]);
    // The later one first: what counts is when it was told, not when it came.
    await get().append([newcomer(5)]);
    await get().append([newcomer(4)]);
    assert.deepEqual(await ids(get(), { conversation: byId }), ["evt_5", "evt_4"]);
    assert.deepEqual(await ids(get(), { conversation: byNext }), ["evt_3"]);
    assert.deepEqual((await get().ledger.aliases([byId]))(byId), [byId]);
    const { items } = await get().conversations({}, { limit: 10 });
    assert.ok(items.every(({ aliases }) => aliases.length === 0));
  });

  it("goes on with whom it knew on a number before the change, in whatever order that came", async () => {
    const system = { type: "user_changed_number", waId: "15555550199", previousWaId: phone.waId };
    const message = { id: "wamid.SYS", type: "system", system };
    const type = "whatsapp.message.system";
    const userId = { ...phone, userId: id };
    const events = [
      makeText("late copy", { id: "evt_9", at: 9, contact: userId }),
      makeEvent({ id: "evt_2", at: 2, type, contact: phone, data: { message } }),
      makeText("first", { id: "evt_1", at: 1, contact: userId }),
    ];
    for (const event of events) await get().append([event]);
    const byNext = cnv({ phone: "15555550199" });
    assert.deepEqual(await ids(get(), { conversation: byNext }), ["evt_9", "evt_2", "evt_1"]);
  });

  it("keeps the same person's conversations with two numbers of the business apart", async () => {
    const account = { wabaId, phoneNumberId: "711711711711711" };
    await get().append([
      makeText("to one", { id: "evt_1", at: 1, contact: { ...phone, userId: id } }),
      makeText("to the other", { id: "evt_2", at: 2, account, contact: phone }),
    ]);
    assert.deepEqual(await ids(get(), { conversation: byId }), ["evt_1"]);
    assert.deepEqual(await ids(get(), { contact: phone.waId }), ["evt_2", "evt_1"]);
  });

  it("shows a person once in the list, at the most recent conversation, on every page", async () => {
    const people = Array.from({ length: 9 }, (_, i) => ({
      waId: `1555555020${i}`,
      userId: `DE.10${i}`,
    }));
    for (const [i, { waId, userId }] of people.entries()) {
      await get().append([
        makeText("phone", { at: i, contact: { waId } }),
        makeText("both", { at: 20 + i, contact: { waId, userId } }),
        makeText("phone again", { at: i % 2 ? 40 + i : 10 + i, contact: { waId } }),
      ]);
    }
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await get().conversations({}, { limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map((item) => item.id));
      for (const item of page.items) assert.equal(item.aliases.length, 1);
      cursor = page.next;
    }
    const expected = [7, 5, 3, 1].map((i) => cnv({ phone: people[i]?.waId ?? "" }));
    expected.push(...[8, 6, 4, 2, 0].map((i) => cnv({ userId: people[i]?.userId ?? "" })));
    assert.deepEqual(seen, expected);
  });
}

function testMessages(get: Get): void {
  const statuses = ["sent", "delivered", "read", "played", "failed"];

  it("never lets a status go backwards, in whatever order statuses come", async () => {
    const batches = [...permutations(statuses)].map((order, n) =>
      order.flatMap((status, i) => {
        const event = makeStatus(`wamid.P${n}`, status, {
          id: `evt_${n}_${status}`,
          at: statuses.indexOf(status),
        });
        // Some come twice.
        return (n + i) % 3 === 0 ? [event, event] : [event];
      }),
    );
    for (const [n, batch] of batches.entries()) {
      if (n % 4 === 0) for (const event of batch) await get().append([event]);
      else await get().append(batch);
    }
    for (const n of batches.keys()) {
      const view = await get().message(`wamid.P${n}`);
      assert.equal(view?.status, "played");
      assert.deepEqual(
        view?.statusAt,
        Object.fromEntries(statuses.map((status, i) => [status, second(i)])),
      );
    }
  });

  it("ranks every set of statuses the same way whatever came first", async () => {
    const ranked = ["sent", "failed", "delivered", "read", "played"];
    for (let set = 1; set < 32; set++) {
      const here = ranked.filter((_, i) => set & (1 << i));
      await get().append(here.map((status) => makeStatus(`wamid.A${set}`, status)));
      await get().append([...here].reverse().map((status) => makeStatus(`wamid.B${set}`, status)));
      for (const id of [`wamid.A${set}`, `wamid.B${set}`]) {
        assert.equal((await get().message(id))?.status, here.at(-1));
      }
    }
  });

  it("knows a message by its statuses alone, and more once it comes", async () => {
    const errors = [{ code: 131026, title: "Message undeliverable" }];
    const pricing = { billable: true, category: "marketing" };
    await get().append([
      makeStatus("wamid.OUT1", "failed", {
        at: 5,
        data: { status: { messageId: "wamid.OUT1", status: "failed", at: second(5), errors } },
      }),
      makeStatus("wamid.OUT1", "sent", {
        at: 2,
        data: { status: { messageId: "wamid.OUT1", status: "sent", at: second(2), pricing } },
      }),
      makeStatus("wamid.OUT1", "sent", { at: 3 }),
    ]);
    const early = await get().message("wamid.OUT1");
    assert.equal(early?.direction, "out");
    assert.equal(early?.type, undefined);
    assert.equal(early?.status, "failed");
    assert.deepEqual(early?.statusAt, { sent: second(2), failed: second(5) });
    assert.deepEqual(early?.errors, errors);
    assert.deepEqual(early?.pricing, pricing);
    assert.deepEqual(early?.account, { wabaId, phoneNumberId });
    await get().append([
      makeEvent({
        type: "whatsapp.outgoing.template",
        at: 1,
        data: { message: { id: "wamid.OUT1", type: "template" } },
      }),
    ]);
    const late = await get().message("wamid.OUT1");
    assert.equal(late?.type, "template");
    assert.deepEqual(
      late?.events.map((event) => event.time),
      [1, 2, 3, 5].map(second),
    );
  });

  it("joins what a service tells of its message with statuses that came before, and finds it by its words", async () => {
    const tell = (told: object): WaypostEvent => {
      const contact = { waId: "15555550123", name: "Mia" };
      const input = { account: { wabaId, phoneNumberId }, contact, ...told };
      const taken = toEvent(input, { accounts: {}, receivedAt: new Date(second(9)) });
      assert.ok("event" in taken, JSON.stringify(taken));
      return taken.event;
    };
    const ref = { order: "1001", $set: { "a.b": 1 } };
    const components = [{ type: "body", parameters: [{ type: "text", text: "Quincewood" }] }];
    const template = { name: "order_update", language: "de", components };
    const outgoing = tell({
      type: "whatsapp.outgoing.template",
      time: second(4),
      message: { id: "wamid.TOLD", template },
      sentBy: "campaign",
      campaign: "spring-26",
      variant: "b",
      ref,
    });
    const business = { note: "paid at Medlar Street", total: 12 };
    const paid = tell({
      type: "business.payment.succeeded",
      id: "pi_1",
      time: second(8),
      business,
    });
    await get().append([makeStatus("wamid.TOLD", "read", { at: 6 })]);
    await get().append([outgoing, paid]);
    await get().append([outgoing, paid]);
    const view = await get().message("wamid.TOLD");
    assert.equal(view?.direction, "out");
    assert.equal(view?.type, "template");
    assert.equal(view?.template, "order_update");
    assert.equal(view?.sentBy, "campaign");
    assert.equal(view?.campaign, "spring-26");
    assert.equal(view?.variant, "b");
    assert.deepEqual(view?.ref, ref);
    assert.equal(view?.status, "read");
    assert.deepEqual(view?.statusAt, { read: second(6) });
    assert.equal(view?.events.length, 2);
    assert.deepEqual(await get().event("pi_1"), paid);
    const conversation = await get().conversation(paid.subject ?? "");
    assert.equal(conversation?.lastAt, second(8));
    assert.equal(conversation?.contact.name, "Mia");
    assert.equal(conversation?.lastInboundAt, undefined);
    for (const text of ["quincewood", "spring-26", "1001"]) {
      assert.deepEqual(await ids(get(), { text }), [outgoing.id], text);
    }
    assert.deepEqual(await ids(get(), { text: "medlar" }), ["pi_1"]);
    assert.equal((await get().stats()).events, 3);
  });

  it("tells received messages from sent ones", async () => {
    const message = (id: string, direction?: "in" | "out") => ({
      message: { id, type: "text", ...(direction && { direction }) },
    });
    await get().append([
      makeText("in", { data: message("wamid.1") }),
      makeEvent({ type: "whatsapp.echo.text", data: message("wamid.2") }),
      makeEvent({ type: "whatsapp.outgoing.text", data: message("wamid.3") }),
      makeEvent({ type: "whatsapp.history.text", data: message("wamid.4", "in") }),
      makeEvent({ type: "whatsapp.history.text", data: message("wamid.5", "out") }),
    ]);
    const directions = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => (await get().message(`wamid.${n}`))?.direction),
    );
    assert.deepEqual(directions, ["in", "out", "out", "in", "out"]);
    const received = await get().message("wamid.1");
    assert.equal(received?.status, undefined);
    assert.deepEqual(received?.statusAt, {});
  });

  it("lets what history held back give way to what it sends later", async () => {
    const history = (id: string, type: string) =>
      makeEvent({
        id,
        type: `whatsapp.history.${type}`,
        at: 1,
        data: { message: { id: "wamid.H", type } },
      });
    await get().append([history("evt_a", "image")]);
    await get().append([history("evt_z", "media_placeholder")]);
    assert.equal((await get().message("wamid.H"))?.type, "image");
  });

  it("keeps a status of a group for every participant, and the highest for the message", async () => {
    const groupId = "Y2FwaV9ncm91cDpFWEFNUExF";
    const of = (waId: string, status: string, at: number) =>
      makeStatus("wamid.G", status, {
        contact: { waId },
        at,
        data: { groupId, status: { messageId: "wamid.G", status, at: second(at) } },
      });
    await get().append([
      of("15555550123", "delivered", 7),
      of("15555550124", "delivered", 6),
      of("15555550124", "read", 9),
    ]);
    const view = await get().message("wamid.G");
    assert.equal(view?.status, "read");
    assert.deepEqual(view?.statusAt, { delivered: second(6), read: second(9) });
    assert.equal(view?.events.length, 3);
  });

  it("takes statuses nobody knows", async () => {
    await get().append(
      ["in_orbit", "a.b", "$x", "__proto__", ""].map((status) => makeStatus("wamid.U", status)),
    );
    const view = await get().message("wamid.U");
    assert.deepEqual(Object.keys(view?.statusAt ?? {}).sort(), ["in_orbit", "unknown"]);
    await get().append([makeStatus("wamid.U", "sent")]);
    assert.equal((await get().message("wamid.U"))?.status, "sent");
  });

  it("does not know a message that never came", async () => {
    assert.equal(await get().message("wamid.none"), undefined);
    assert.equal(await get().event("evt_none"), undefined);
    assert.equal(await get().conversation("cnv_none"), undefined);
  });
}

function testConversations(get: Get): void {
  const id = conversationIdOf(phoneNumberId, { phone: "15555550123" }) ?? "";

  it("tells who and when, whatever order events come in", async () => {
    const now = Date.now();
    const ago = (hours: number) => new Date(now - hours * 3_600_000).toISOString();
    const at = (hours: number, name: string) => ({
      ...makeText(name, { contact: { waId: "15555550123", name, username: "mia" } }),
      time: ago(hours),
    });
    const sent = makeStatus("wamid.O", "sent", {
      contact: { waId: "15555550123" },
      data: { status: { messageId: "wamid.O", status: "sent", at: ago(0.5) } },
    });
    await get().append([at(1, "Mia Kern"), at(30, "Mia")]);
    await get().append([sent, at(20, "M")]);
    const view = await get().conversation(id);
    assert.deepEqual(view, {
      id,
      aliases: [],
      account: { wabaId, phoneNumberId },
      contact: { waId: "15555550123", name: "Mia Kern", username: "mia" },
      firstAt: ago(30),
      lastAt: ago(0.5),
      lastInboundAt: ago(1),
      windowOpenUntil: ago(-23),
      state: "open",
      last: { direction: "out", type: "unknown", at: ago(0.5) },
    });
  });

  it("has no open window after a day, nor for what opens none", async () => {
    const old = { ...makeText("long ago"), time: new Date(Date.now() - 86_400_001).toISOString() };
    const system = makeEvent({
      type: "whatsapp.message.system",
      contact: { waId: "15555550777" },
      receivedAt: new Date().toISOString(),
      data: { message: { id: "wamid.S", type: "system" } },
    });
    await get().append([old, { ...system, time: new Date().toISOString() }]);
    for (const view of (await get().conversations({}, { limit: 9 })).items) {
      assert.equal(view.windowOpenUntil, undefined);
    }
  });

  it("is listed by account and contact, newest first", async () => {
    const other = { wabaId: "900900900900900", phoneNumberId: "711711711711711" };
    await get().append([
      makeText("a", { at: 1 }),
      makeText("b", { at: 3, contact: { waId: "4915555550199", userId: "DE.8520369147" } }),
      makeText("c", { at: 2, account: other }),
    ]);
    const list = async (filter: object) =>
      (await get().conversations(filter, { limit: 10 })).items.map((view) => view.lastAt);
    assert.deepEqual(await list({}), [3, 2, 1].map(second));
    assert.deepEqual(await list({ account: phoneNumberId }), [3, 1].map(second));
    assert.deepEqual(await list({ account: other.wabaId }), [second(2)]);
    assert.deepEqual(await list({ contact: "+1 555 555-0123" }), [2, 1].map(second));
    assert.deepEqual(await list({ contact: "DE.8520369147", account: phoneNumberId }), [second(3)]);
    assert.deepEqual(await list({ contact: "DE.none" }), []);
  });

  it("of a group has no contact", async () => {
    const groupId = "Y2FwaV9ncm91cDpFWEFNUExF";
    await get().append(
      ["15555550123", "15555550124"].map((waId) =>
        makeText("hi", { contact: { waId, name: waId }, data: { groupId } }),
      ),
    );
    const { items } = await get().conversations({}, { limit: 10 });
    assert.equal(items.length, 1);
    assert.equal(items[0]?.groupId, groupId);
    assert.deepEqual(items[0]?.contact, {});
  });
}

function testHostileFilters(get: Get): void {
  it("takes nothing but strings as a filter", async () => {
    await get().append([makeText("hidden")]);
    for (const value of [{ $gt: "" }, { $ne: null }, /./, ["x"], [{ $gt: "" }], 1, true, null]) {
      for (const key of [
        "conversation",
        "contact",
        "messageId",
        "account",
        "text",
        "from",
        "to",
        "types",
      ]) {
        if (key === "types" && Array.isArray(value) && value[0] === "x") continue;
        await assert.rejects(get().events({ [key]: value }, { limit: 5 }), TypeError);
      }
      await assert.rejects(
        get().conversations({ contact: value as never }, { limit: 5 }),
        TypeError,
      );
      await assert.rejects(get().event(value as never), TypeError);
      await assert.rejects(get().message(value as never), TypeError);
      await assert.rejects(get().conversation(value as never), TypeError);
    }
    for (const key of ["$where", "$or", "_id", "words", "__v"]) {
      await assert.rejects(get().events({ [key]: "1" }, { limit: 5 }), TypeError);
    }
    await assert.rejects(get().events({ types: ["whatsapp.(.*)+"] }, { limit: 5 }), TypeError);
    await assert.rejects(get().events({ from: "soon" }, { limit: 5 }), TypeError);
  });

  it("reads operators, wildcards and quotes in a filter as plain text", async () => {
    await get().append([makeText("hidden")]);
    for (const value of ['{"$gt":""}', "%", "*", "' OR 1=1 --", "^.*$", "a\u0000b", "\ud800"]) {
      for (const key of ["conversation", "contact", "messageId", "account"] as const) {
        assert.deepEqual(await ids(get(), { [key]: value }), [], `${key} ${value}`);
      }
      assert.equal(await get().sentWith(value), undefined);
      assert.equal(await get().event(value), undefined);
      assert.equal(await get().message(value), undefined);
      assert.equal(await get().conversation(value), undefined);
    }
  });
}

function testQuarantine(get: Get): void {
  const bytes = Buffer.from([0, 255, 128, 123, 0xd8, 0x00]);

  it("keeps a POST once, with its bytes and problems", async () => {
    const problems = [{ path: "entry[0].changes[1]", reason: "is not an object" }];
    const post = quarantinedPost(bytes, problems, { receivedAt: second(1), postId: "pst_1" });
    const twice = { ...post, postid: "pst_2" };
    await get().append([post, twice, makeText("a sibling")]);
    const again = await get().append([twice]);
    assert.deepEqual(again, { stored: [], duplicates: 0, replaced: 0 });
    const { items } = await get().quarantine({}, { limit: 10 });
    assert.deepEqual(items, [
      {
        id: post.id,
        receivedAt: second(1),
        postId: "pst_1",
        bytes: 6,
        problems,
        dataBase64: bytes.toString("base64"),
      },
    ]);
    assert.equal((await get().stats()).events, 1);
  });

  it("tells the same bytes of a source apart from Meta's, and says whose they are", async () => {
    const post = { receivedAt: second(1), postId: "pst_1" };
    const all = [
      post,
      { ...post, source: "/hooks/shop" },
      { ...post, source: "/hooks/form_2" },
    ].map((each) => quarantinedPost(bytes, [], each));
    await get().append(all);
    const { items } = await get().quarantine({}, { limit: 10 });
    assert.deepEqual(
      new Map(items.map(({ id, source }) => [id, source])),
      new Map([
        [all[0]?.id, undefined],
        [all[1]?.id, "/hooks/shop"],
        [all[2]?.id, "/hooks/form_2"],
      ]),
    );
  });

  it("finds a POST by its id, and nothing by any other", async () => {
    const posts = [1, 2].map((i) =>
      quarantinedPost(Buffer.from([i]), [], { receivedAt: second(i), postId: `pst_${i}` }),
    );
    await get().append(posts);
    const listed = (await get().quarantine({}, { limit: 10 })).items;
    for (const entry of listed) assert.deepEqual(await get().quarantineEntry(entry.id), entry);
    for (const id of ["", "qrn_none", "%", "a\0b", posts[0]?.id.slice(0, -1) ?? ""]) {
      assert.equal(await get().quarantineEntry(id), undefined, id);
    }
    const wrong = { $gt: "" } as unknown as string;
    await assert.rejects(get().quarantineEntry(wrong), TypeError);
  });

  it("lists it newest first, within times, in pages", async () => {
    const posts = Array.from({ length: 7 }, (_, i) =>
      quarantinedPost(Buffer.from([i]), [], { receivedAt: second(i), postId: `pst_${i}` }),
    );
    await get().append(posts);
    const range = { from: second(1), to: second(6) };
    const first = await get().quarantine(range, { limit: 3 });
    assert.deepEqual(
      first.items.map((entry) => entry.postId),
      ["pst_5", "pst_4", "pst_3"],
    );
    const rest = await get().quarantine(range, { limit: 3, cursor: first.next ?? "" });
    assert.deepEqual(
      rest.items.map((entry) => entry.postId),
      ["pst_2", "pst_1"],
    );
    assert.equal(rest.next, null);
  });
}

function testRoles(get: Get): void {
  const process = (id: string, seenAt = new Date()): RunningProcess => ({
    id,
    role: "work",
    host: "worker-1",
    pid: 7,
    version: "0.1.0",
    configHash: "abcd",
    startedAt: second(1),
    seenAt: seenAt.toISOString(),
  });

  it("knows the processes that said within a minute that they run, by id", async () => {
    const { processes } = get();
    const [a, b] = [process("a"), process("b")];
    await processes.heartbeat(b);
    await processes.heartbeat(a);
    await processes.heartbeat(process("silent", new Date(Date.now() - 61_000)));
    assert.deepEqual(await processes.alive(), [a, b]);
    const later = { ...a, configHash: "ef01" };
    await processes.heartbeat(later);
    assert.deepEqual(await processes.alive(), [later, b]);
    await processes.deregister("b");
    await processes.deregister("never");
    assert.deepEqual(await processes.alive(), [later]);
  });

  it("lets one process do a job at a time, and keeps what the job remembers", async () => {
    const { jobs } = get();
    const first = await jobs.lease("job");
    assert.deepEqual(first, { epoch: 0, heartbeat: 0 });
    assert.deepEqual(await jobs.takeLease("job", first, "a"), {
      epoch: 1,
      heartbeat: 1,
      holder: "a",
    });
    assert.equal(await jobs.takeLease("job", first, "b"), undefined);
    assert.equal(await jobs.save("job", 1, { seen: "x" }), true);
    const renewed = await jobs.renewLease("job", 1);
    assert.deepEqual(renewed, { epoch: 1, heartbeat: 2, holder: "a", state: { seen: "x" } });
    assert.equal((await jobs.takeLease("job", renewed ?? first, "b"))?.epoch, 2);
    assert.equal(await jobs.renewLease("job", 1), undefined);
    assert.equal(await jobs.save("job", 1, { seen: "late" }), false);
    await jobs.releaseLease("job", 1);
    assert.equal((await jobs.lease("job")).holder, "b");
    await jobs.releaseLease("job", 2);
    assert.deepEqual(await jobs.lease("job"), { epoch: 2, heartbeat: 4, state: { seen: "x" } });
  });

  it("finds what the alerts remembered before jobs had rows of their own", async () => {
    const { jobs, ledger } = get();
    const { epoch } = await ledger.lease("waypost.alerts");
    await ledger.saveLink("waypost.alerts", "told", { "paused:crm": "{}" }, epoch);
    assert.deepEqual((await jobs.lease("waypost.alerts")).state, { "paused:crm": "{}" });
  });

  it("counts what came into quarantine since a time", async () => {
    const posts = [1, 2, 3].map((n) =>
      quarantinedPost(Buffer.from([n]), [], { receivedAt: second(n), postId: `pst_${n}` }),
    );
    await get().append(posts);
    assert.equal(await get().quarantinedSince(new Date(second(2))), 2);
    assert.equal(await get().quarantinedSince(new Date(second(4))), 0);
  });
}

function* permutations<T>(items: readonly T[]): Iterable<T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)]))
      yield [item, ...rest];
  }
}
