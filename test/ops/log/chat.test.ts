import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ChatMessage, ChatPage } from "../../../src/contracts.ts";
import { type Harness, startOps } from "../harness.ts";
import { answers, event, miasConversation, reached, says, text } from "../talk.ts";

let ops: Harness;
before(async () => {
  ops = await startOps({ fromStore: true });
});
after(() => ops.ops.close());

async function chat(id = miasConversation, query = ""): Promise<ChatPage> {
  const response = await ops.get(`/api/conversations/${id}/messages${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as ChatPage;
}

describe("a conversation as a chat", () => {
  it("shows both sides, with what became of each message in it", async () => {
    const react = (emoji: string) => ({
      type: "reaction",
      reaction: { messageId: "wamid.2", emoji },
    });
    await ops.store.append([
      says("wamid.1", text("Where is my order?"), { ago: 50 }),
      answers(
        "wamid.2",
        { ...text("On its way"), context: { id: "wamid.1" } },
        {
          ago: 40,
          more: { sentBy: "human" },
        },
      ),
      reached("wamid.2", "sent", { ago: 40 }),
      reached("wamid.2", "read", { ago: 38 }),
      says("wamid.r1", react("😀"), { ago: 37 }),
      says("wamid.r2", react("👍"), { ago: 36 }),
      says(
        "wamid.3",
        {
          type: "image",
          image: { id: "810000000000001", mimeType: "image/jpeg", caption: "this one" },
        },
        { ago: 30 },
      ),
      event("whatsapp.echo.text", "wamid.4", text("thanks"), { ago: 20 }),
      says("wamid.5", text("tomorow"), { ago: 10 }),
      says(
        "wamid.e",
        {
          type: "edit",
          edit: { originalMessageId: "wamid.5", message: text("tomorrow") },
        } as never,
        { ago: 9 },
      ),
      says("wamid.6", text("oops"), { ago: 8 }),
      says("wamid.d", { type: "revoke", revoke: { originalMessageId: "wamid.6" } } as never, {
        ago: 7,
      }),
      reached("wamid.7", "sent", { ago: 5 }),
      reached("wamid.7", "delivered", { ago: 4 }),
      reached("wamid.8", "failed", {
        ago: 3,
        more: { status: { errors: [{ code: 131_026, title: "Undeliverable" }] } as never },
      }),
    ]);
    await ops.store.media.save({
      mediaId: "810000000000001",
      state: "fetched",
      name: "image.jpg",
      bytes: 2_048,
      expireAt: new Date(Date.now() + 60_000),
    });
    const { items, next, previous } = await chat();
    assert.deepEqual([next, previous], [null, null]);
    const short = ({ id, direction, by, type }: ChatMessage) => `${id} ${direction} ${by} ${type}`;
    assert.deepEqual(items.map(short), [
      "wamid.1 in contact text",
      "wamid.2 out human text",
      "wamid.3 in contact image",
      "wamid.4 out phone text",
      "wamid.5 in contact text",
      "wamid.6 in contact text",
      "wamid.7 out unknown unknown",
      "wamid.8 out unknown unknown",
    ]);
    const [first, second, image, , edited, deleted, untold, failed] = items;
    assert.equal(first?.name, "Mia Kern");
    assert.deepEqual(second?.quotes, { id: "wamid.1", text: "Where is my order?" });
    assert.deepEqual(
      [second?.status, second?.reactions],
      ["read", [{ emoji: "👍", by: "contact" }]],
    );
    assert.deepEqual(image?.media, {
      id: "810000000000001",
      mimeType: "image/jpeg",
      fileName: "image.jpg",
      bytes: 2_048,
    });
    assert.equal(image?.text, "this one");
    assert.equal(edited?.text, "tomorrow");
    assert.ok(edited?.edited !== undefined && deleted?.deleted !== undefined);
    assert.deepEqual([untold?.status, untold?.text], ["delivered", undefined]);
    assert.deepEqual(failed?.errors, [{ code: 131_026, title: "Undeliverable" }]);
  });

  it("leads to what is older and back, and does not shift when more comes", async () => {
    const contact = { waId: "4915199999999" };
    const said = Array.from({ length: 7 }, (_, n) => [
      answers(`wamid.p${n}`, text(`${n}`), { ago: 100 - n, contact }),
      reached(`wamid.p${n}`, "sent", { ago: 100 - n, contact }),
      reached(`wamid.p${n}`, "read", { ago: 60 - n, contact }),
    ]);
    await ops.store.append(said.flat());
    const id = said[0]?.[0]?.data.conversationId ?? "";
    const texts = ({ items }: ChatPage) => items.map((item) => item.text).join("");
    const newest = await chat(id, "?limit=3");
    assert.deepEqual([texts(newest), newest.previous], ["456", null]);
    await ops.store.append([answers("wamid.p7", text("7"), { ago: 1, contact })]);
    const middle = await chat(id, `?limit=3&cursor=${newest.next}`);
    assert.equal(texts(middle), "123");
    const oldest = await chat(id, `?limit=3&cursor=${middle.next}`);
    assert.deepEqual([texts(oldest), oldest.next], ["0", null]);
    const back = await chat(id, `?limit=3&cursor=${oldest.previous}`);
    assert.equal(texts(back), "123");
    const newer = await chat(id, `?limit=3&cursor=${back.previous}`);
    assert.equal(texts(newer), "456");
    const last = await chat(id, `?limit=3&cursor=${newer.previous}`);
    assert.deepEqual([texts(last), last.previous], ["7", null]);
  });

  it("takes hostile people and texts as they are", async () => {
    const contact = { userId: "DE.7410258963" };
    const long = "x<img onerror=1>\u202e".repeat(600);
    const made = [
      says("wamid.h1", text(long), { ago: 9, contact }),
      says(
        "wamid.h2",
        { type: "location", location: { latitude: 52.5, longitude: 13.4, name: "Ufer" } },
        { ago: 8, contact },
      ),
      says(
        "wamid.h3",
        { type: "system", system: { type: "user_changed_number", body: "moved" } } as never,
        { ago: 7, contact },
      ),
      says("wamid.h4", { ...text("?"), context: { id: "wamid.gone" } }, { ago: 6, contact }),
      says("wamid.h5", { type: "unsupported", unsupported: {} } as never, { ago: 5, contact }),
    ];
    await ops.store.append(made);
    const { items } = await chat(made[0]?.data.conversationId);
    assert.equal(items[0]?.text, long);
    assert.equal(items[0]?.name, undefined);
    assert.match(items[1]?.text ?? "", /Location.*Ufer/s);
    assert.deepEqual(items[3]?.quotes, { id: "wamid.gone" });
    const answers = await Promise.all([
      ops.get("/api/conversations/cnv_nobody/messages"),
      ops.get(`/api/conversations/${miasConversation}/messages?cursor=bm90IG9uZQ`),
      ops.get(`/api/conversations/${miasConversation}/messages?limit=0`),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 400, 400],
    );
  });
});

describe("the list of conversations", () => {
  it("says who waits for an answer, and whose window closes first", async () => {
    const day = 24 * 60;
    const people = {
      asked: "491510000001",
      soon: "491510000002",
      late: "491510000003",
      gone: "491510000004",
      told: "491510000005",
    };
    const of = (name: keyof typeof people) => ({ contact: { waId: people[name], name } });
    await ops.store.append([
      says("wamid.l1", text("hello?"), { ago: 5, ...of("asked") }),
      says("wamid.l2", text("hello?"), { ago: day - 42, ...of("soon") }),
      says("wamid.l3", text("hello?"), { ago: day + 60, ...of("late") }),
      says("wamid.l4", text("hello?"), { ago: day + 600, ...of("gone") }),
      says("wamid.l5", text("hello?"), { ago: 30, ...of("told") }),
      answers("wamid.l6", text("yes?"), { ago: 29, ...of("told") }),
    ]);
    const list = async (query: string) => {
      const response = await ops.get(`/api/conversations?${query}`);
      const { items } = (await response.json()) as {
        items: {
          contact: { name?: string };
          state: string;
          last?: { direction: string; text?: string };
        }[];
      };
      return items.filter(({ contact }) => (contact.name ?? "") in people);
    };
    const names = async (query: string) => (await list(query)).map(({ contact }) => contact.name);
    assert.deepEqual(await names("state=unanswered"), ["soon", "asked", "late", "gone"]);
    assert.deepEqual(await names("state=unanswered&window=closing"), ["soon"]);
    assert.deepEqual(await names("window=closing"), ["soon"]);
    assert.deepEqual(await names("state=open"), ["told"]);
    const [told] = await list("state=open");
    assert.deepEqual([told?.last?.direction, told?.last?.text], ["out", "yes?"]);
    assert.equal((await ops.get("/api/conversations?state=lost")).status, 400);
  });
});
