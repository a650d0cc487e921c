import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contact, RoutesTested, WaypostEvent } from "../../src/contracts.ts";
import { type Stub, startStub } from "../destinations/stub.ts";
import { type CloudApi, startCloudApi } from "../destinations/whatsapp-reply/cloud-api.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

interface Row {
  readonly destination: string;
  readonly state: string;
  readonly route: string;
  readonly reason?: string;
  readonly history?: readonly { readonly answer?: string }[];
}
interface Found extends WaypostEvent {
  readonly deliveries: readonly Row[];
}

/** All of it in one program: a bot, its sender, and what stands in for both. */
describe("a bot and the whole program, embedded", () => {
  let folder: string;
  let program: Program;
  let bot: Stub;
  let cloud: CloudApi;
  /** How often each text was asked. */
  const asked = new Map<string, number>();
  /** Called when an answer goes out. */
  let onAnswer: () => void = () => undefined;
  let say: (text: string) => object = (text) => ({ reply: text });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-bot-"));
    const file = join(folder, "waypost.yaml");
    program = await createProgram(["start"], {
      DATA_DIR: folder,
      WAYPOST_CONFIG: file,
      LOG_LEVEL: "warn",
    });
    const { webhookUrl: url } = program;
    cloud = await startCloudApi({ callback: { url, appSecret, wabaId: "900100200300400" } });
    bot = await startStub(({ body }) => {
      const { data } = JSON.parse(body) as WaypostEvent;
      const text = data.message?.text?.body ?? "";
      const times = (asked.get(text) ?? 0) + 1;
      asked.set(text, times);
      setImmediate(() => onAnswer());
      // Another answer each time: what is sent tells which one counted.
      return { status: 200, body: JSON.stringify(say(`${text}#${times}`)) };
    });
    await writeFile(
      file,
      `destinations:
  wa: { kind: whatsapp-reply, token: ${cloud.token}, baseUrl: "${cloud.url}", concurrency: 2 }
  bot: { kind: webhook, url: "${bot.url}", reply: true, allowPrivateAddresses: true }
routes:
  - { name: to-bot, when: { type: whatsapp.message.* }, to: bot }
consent: { stop: STOP, start: START, confirm: "Bye {{ contact.name }}" }
`,
    );
    await program.start();
  });
  after(async () => {
    await program.kill();
    await Promise.all([cloud.close(), bot.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${opsToken}`, "content-type": "application/json" };
    const options = body ? { method: "POST", body: JSON.stringify(body) } : {};
    const answer = await fetch(`${program.opsUrl}${path}`, { headers, ...options });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as T;
  };
  const eventsOf = async (phone: string, type: string) => {
    const path = `/api/events?contact=${phone}&type=${type}&limit=200`;
    return (await ask<{ items: WaypostEvent[] }>(path)).items;
  };
  const sentTo = (phone: string) =>
    cloud.messages.filter(({ to }) => to.phone === phone).map(({ text }) => text);
  const rowOf = async (id: string, destination: string) =>
    (await ask<Found>(`/api/events/${id}`)).deliveries.find(
      (row) => row.destination === destination,
    );
  const done = async (id: string, destination: string) => {
    let row: Row | undefined;
    await waitFor(`${destination} is done with ${id}`, async () => {
      row = await rowOf(id, destination);
      return ["delivered", "skipped", "dead"].includes(row?.state ?? "");
    });
    return row ?? assert.fail("no row");
  };

  it("writes what it answers, sets and emits, and everything of it can be asked", async () => {
    const phone = "15555550151";
    say = (text) => ({
      reply: text,
      set: { tag: "+met", topic: "hello" },
      emit: { type: "business.lead.captured", data: { by: "bot" } },
    });
    await cloud.write({ phone }, "hello");
    await waitFor("the reply", () => sentTo(phone).length > 0);
    const sent = async () => (await eventsOf(phone, "whatsapp.outgoing.*")).length > 0;
    await waitFor("the reply is in the log", sent);
    const [message] = await eventsOf(phone, "whatsapp.message.*");
    const [request] = await eventsOf(phone, "business.reply.requested");
    const [lead] = await eventsOf(phone, "business.lead.captured");
    assert.ok(message && request && lead);
    const { receivedAt } = message.data;
    assert.deepEqual(request.data.business?.["answers"], {
      id: message.id,
      type: "whatsapp.message.text",
      receivedAt,
      messageId: message.data.message?.id,
      until: new Date(Date.parse(receivedAt) + 3_600_000).toISOString(),
    });
    const [outgoing] = await eventsOf(phone, "whatsapp.outgoing.*");
    assert.deepEqual([outgoing?.data.sentBy, outgoing?.type], ["bot", "whatsapp.outgoing.text"]);
    assert.equal(outgoing?.data.conversationId, message.data.conversationId);
    assert.equal((await done(request.id, "wa")).route, "business.reply.requested");
    assert.equal((await done(request.id, "flows")).state, "delivered");
    assert.deepEqual((await ask<Contact>(`/api/contacts/${phone}`)).tags, ["met"]);
    const tested = await ask<RoutesTested>("/api/routes/test", { id: request.id });
    const wa = tested.deliveries.find(({ destination }) => destination === "wa");
    assert.deepEqual([wa?.route, wa?.would], ["business.reply.requested", "send"]);
    assert.deepEqual(sentTo(phone), ["hello#1"]);
  });

  it("says stop once, by the one reply that still goes out", async () => {
    const phone = "15555550152";
    say = (text) => ({ reply: text });
    await cloud.write({ phone }, "STOP");
    await cloud.write({ phone }, "stop.");
    await waitFor("the confirmation", () => sentTo(phone).length > 0);
    const requests = async () => await eventsOf(phone, "business.reply.requested");
    await waitFor("all requests", async () => (await requests()).length === 3);
    const rows = await Promise.all((await requests()).map(({ id }) => done(id, "wa")));
    assert.deepEqual(rows.map(({ state }) => state).sort(), ["delivered", "skipped", "skipped"]);
    for (const { reason } of rows.filter(({ state }) => state === "skipped")) {
      assert.match(reason ?? "", /stop/);
    }
    assert.deepEqual(sentTo(phone), ["Bye Mia"]);
  });

  it("makes what cannot be carried out a dead delivery that says why, and goes on", async () => {
    const phone = "15555550153";
    say = (text) => (text.startsWith("bad") ? { replies: text } : { reply: text });
    await cloud.write({ phone }, "bad");
    await cloud.write({ phone }, "good");
    await waitFor("the next reply", () => sentTo(phone).length > 0);
    const messages = await eventsOf(phone, "whatsapp.message.*");
    const bad = messages.find(({ data }) => data.message?.text?.body === "bad");
    const row = await done(bad?.id ?? "", "bot");
    assert.equal(row.state, "dead");
    assert.match(row.reason ?? "", /cannot be carried out.*reply, set and emit/);
    assert.deepEqual(sentTo(phone), ["good#1"]);
  });

  it("killed between a bot's answer and what is sent of it, loses no reply, doubles none, and keeps to the first answer", async () => {
    say = (text) => ({ reply: text });
    const people = Array.from({ length: 12 }, (_, i) => `1555555020${String(i).padStart(2, "0")}`);
    asked.clear();
    const texts: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      // The instant of the kill is the experiment: at the answer, or a while after it.
      const afterMs = round % 2 === 0 ? 0 : Math.random() * 40;
      const killing = new Promise<void>((resolve) => {
        onAnswer = () => {
          onAnswer = () => undefined;
          void sleep(afterMs).then(() => program.kill().then(resolve));
        };
      });
      const said = [`round ${round}, one`, `round ${round}, two`];
      const writing = people.map(async (phone) => {
        for (const text of said) await cloud.write({ phone }, `${phone} ${text}`);
      });
      await killing;
      await program.start();
      await Promise.all(writing);
      texts.push(...said);
      const all = people.length * texts.length;
      await waitFor("all replies", () => people.flatMap(sentTo).length >= all, 240_000);
    }
    for (const phone of people) {
      const said = sentTo(phone).map((text) => text?.replace(/#\d+$/, ""));
      assert.deepEqual(
        said,
        texts.map((text) => `${phone} ${text}`),
      );
    }
    const again = [...asked.values()].filter((times) => times > 1).length;
    assert.ok(again > 0, "no kill came before an answer was kept");
    assert.deepEqual([...new Set(cloud.effects().values())], [1]);
  });
});
