import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type {
  ConversationFilter,
  DeliveryFilter,
  NewDelivery,
  WaypostEvent,
} from "../../src/contracts.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { makeEvent, makeStatus, makeText, phoneNumberId, wabaId } from "../store/make-events.ts";
import type { StoreUnderTest } from "./store.ts";

const hour = 60 * 60_000;
const mia = { waId: "15555550123", name: "Mia" };
const ben = { waId: "15555550124", name: "Ben" };
const other = { wabaId: "900900900900900", phoneNumberId: "711711711711711" };

/** Hours ago, by payload and receipt. */
function ago(hours: number, event: WaypostEvent): WaypostEvent {
  const at = new Date(Date.now() - hours * hour).toISOString();
  const { status } = event.data;
  const data = { ...event.data, receivedAt: at, ...(status && { status: { ...status, at } }) };
  return { ...event, time: at, data };
}

const asks = (contact: WaypostEvent["data"]["contact"] = mia) =>
  makeText("hello?", contact && { contact });
const says = (type: string, more: Partial<WaypostEvent["data"]> = {}, contact = mia) =>
  makeEvent({
    type: `whatsapp.${type}.text`,
    contact,
    data: { message: { id: `wamid.${type}${Math.random()}`, type: "text" }, ...more },
  });
const closed = (contact = mia) =>
  makeEvent({ type: "business.conversation.closed", contact, data: { business: {} } });
const marketing = {
  status: { messageId: "wamid.m", status: "sent", pricing: { category: "marketing" } },
};

/** What every store promises of conversations by who waits, and of deliveries by what a person would name. */
export function testAsked(
  name: string,
  options: { skip: string | false },
  open: () => Promise<StoreUnderTest>,
): void {
  describe(`what is asked of the ${name} store`, options, () => {
    let opened: StoreUnderTest;
    beforeEach(async () => {
      opened = await open();
      await opened.store.syncIndexes();
    });
    afterEach(() => opened.close());
    const append = (...events: WaypostEvent[]) => opened.store.append(events);
    const found = async (filter: ConversationFilter) => {
      const { items } = await opened.store.conversations(filter, { limit: 50 });
      return items.map(({ contact }) => contact.name ?? contact.waId ?? contact.userId);
    };

    for (const [what, answer, waits] of [
      ["a message that a service told of", () => says("outgoing"), false],
      ["a message written in the app", () => says("echo"), false],
      [
        "a status of a message nobody told of",
        () => makeStatus("wamid.o", "sent", { contact: mia }),
        false,
      ],
      ["a campaign", () => says("outgoing", { sentBy: "campaign" }), true],
      [
        "the status of a campaign",
        () => makeEvent({ type: "whatsapp.status.sent", contact: mia, data: marketing as never }),
        true,
      ],
      ["a late status", () => makeStatus("wamid.o", "read", { contact: mia }), true],
      ["a failed status", () => makeStatus("wamid.o", "failed", { contact: mia }), true],
      ["a test", () => says("outgoing", { test: true }), true],
    ] as const) {
      it(`is answered by ${what}: ${waits ? "no" : "yes"}, in either order of storing`, async () => {
        await append(ago(2, asks()));
        await append(ago(1, answer()));
        await append(ago(1, { ...answer(), data: { ...answer().data } }), ago(2, asks(ben)));
        await append(ago(3, asks()));
        const both = await found({ state: "unanswered" });
        assert.deepEqual(both.sort(), waits ? ["Ben", "Mia"] : ["Ben"]);
        const [view] = (await opened.store.conversations({ contact: mia.waId }, { limit: 9 }))
          .items;
        assert.equal(view?.state, waits ? "unanswered" : "open");
      });
    }

    it("waits for an answer again with the next word, and no longer when it is closed", async () => {
      await append(ago(5, asks()), ago(4, says("outgoing")), ago(3, asks()));
      assert.deepEqual(await found({ state: "unanswered" }), ["Mia"]);
      await append(ago(2, closed()));
      assert.deepEqual(await found({ state: "unanswered" }), []);
      assert.deepEqual(await found({ state: "closed" }), ["Mia"]);
      assert.deepEqual(await found({ state: "open" }), []);
      await append(ago(1, asks()));
      assert.deepEqual(await found({ state: "unanswered" }), ["Mia"]);
      assert.deepEqual(await found({ state: "closed" }), []);
    });

    it("is answered under another id of the same person, and shown once", async () => {
      const user = { userId: "DE.7410258963" };
      const linked = { ...user, waId: mia.waId, name: "Mia" };
      await append(ago(5, asks()), ago(4, asks(linked)));
      assert.deepEqual(await found({ state: "unanswered" }), ["Mia"]);
      await append(ago(3, says("outgoing", {}, user as never)));
      assert.deepEqual(await found({ state: "unanswered" }), []);
      assert.deepEqual(await found({ state: "open" }), ["Mia"]);
      // What was found and is over, is found no more.
      assert.deepEqual(await found({ state: "unanswered" }), []);
    });

    it("comes by its window: the one that closes first, and those that are closed behind", async () => {
      const names = ["a", "b", "c", "d", "e"];
      const hours = [2, 23, 21, 30, 26];
      await append(
        ...names.map((name, n) => ago(hours[n] ?? 0, asks({ waId: `1555555010${n}`, name }))),
      );
      assert.deepEqual(await found({ state: "unanswered" }), ["b", "c", "a", "e", "d"]);
      assert.deepEqual(await found({ state: "unanswered", window: "closing" }), ["b", "c"]);
      assert.deepEqual(await found({ window: "closing" }), ["b", "c"]);
      const seen: (string | undefined)[] = [];
      let cursor: string | null = null;
      do {
        const page = { limit: 2, ...(cursor !== null && { cursor }) };
        const answer = await opened.store.conversations({ state: "unanswered" }, page);
        seen.push(...answer.items.map(({ contact }) => contact.name));
        cursor = answer.next;
        // What comes meanwhile does not shift what was not shown yet.
        await append(
          ago(22, asks({ waId: `1555555020${seen.length}`, name: `new ${seen.length}` })),
        );
      } while (cursor !== null);
      const old = seen.filter((name) => names.includes(name ?? ""));
      assert.deepEqual(old, ["b", "c", "a", "e", "d"]);
    });

    it("is of one account where one is named, also with no name, of a group, and by BSUID alone", async () => {
      const theirs = ago(1, makeText("hi", { contact: ben, account: other }));
      const group = ago(2, { ...makeText("hi", { contact: mia, data: { groupId: "grp_1" } }) });
      const id = conversationIdOf(phoneNumberId, { groupId: "grp_1" }) ?? "";
      const nameless = ago(3, asks({ userId: "DE.8520369147" }));
      await append(theirs, {
        ...group,
        data: { ...group.data, message: { id: "wamid.g", type: "text" } },
      });
      await append(nameless);
      const { items } = await opened.store.conversations(
        { state: "unanswered", account: wabaId },
        { limit: 9 },
      );
      assert.deepEqual(
        items.map((view) => view.groupId ?? view.contact.userId),
        ["DE.8520369147", "grp_1"],
      );
      assert.equal((await opened.store.conversation(id))?.state, "unanswered");
    });

    it("finds the events of one POST, when each was stored, and what a destination calls its side", async () => {
      const one = { ...makeText("a"), postid: "pst_0a" };
      const two = { ...makeText("b"), postid: "pst_0a" };
      await append(one, two, makeText("c"));
      const { items } = await opened.store.events({ post: "pst_0a" }, { limit: 9 });
      assert.deepEqual(items.map(({ id }) => id).sort(), [one.id, two.id].sort());
      const storedAt = await opened.store.storedAt(one.id);
      assert.ok(Math.abs((storedAt?.getTime() ?? 0) - Date.now()) < 60_000);
      assert.equal(await opened.store.storedAt("evt_none"), undefined);
      const { ledger } = opened.store;
      const lease = await ledger.takeLease("crm", await ledger.lease("crm"), "w");
      const about = one.data.conversationId ?? "";
      await ledger.saveLink(
        "crm",
        about,
        { ticket: "4711", url: "x".repeat(300) },
        lease?.epoch ?? 0,
      );
      await ledger.saveLink("crm", about, { ticket: "4712" }, lease?.epoch ?? 0);
      assert.deepEqual(await ledger.linksTo(["4711"]), []);
      const [link] = await ledger.linksTo(["no", "4712"]);
      assert.deepEqual([link?.destination, link?.about], ["crm", about]);
    });

    it("finds deliveries by what a person would name, page by page", async () => {
      const { ledger } = opened.store;
      const events = [
        ago(6, makeText("1", { id: "evt_1", contact: mia })),
        ago(5, makeText("2", { id: "evt_2", contact: ben })),
        ago(4, makeText("3", { id: "evt_3", contact: mia, account: other })),
        ago(3, makeStatus("wamid.x", "read", { id: "evt_4", contact: mia })),
        ago(2, makeText("5", { id: "evt_5", contact: mia })),
      ];
      await append(...events);
      const epochs = new Map<string, number>();
      for (const destination of ["crm", "erp"]) {
        const lease = await ledger.takeLease(destination, await ledger.lease(destination), "w");
        epochs.set(destination, lease?.epoch ?? 0);
        const rows = events.map(
          ({ id, type, data }, n): NewDelivery => ({
            id: `${destination}:${id}`,
            destination,
            eventId: id,
            eventType: type,
            account: data.account,
            route: n % 2 === 0 ? "even" : "odd",
            laneKeys: [data.conversationId ?? ""],
            seq: n + 1,
            createdAt: data.receivedAt,
          }),
        );
        await ledger.insert(rows, lease?.epoch ?? 0);
      }
      const attempt = { at: new Date().toISOString(), ms: 4 };
      await ledger.write(epochs.get("crm") ?? 0, [
        {
          id: "crm:evt_2",
          state: "dead",
          history: [{ ...attempt, outcome: "refused" }],
          doneAt: attempt.at,
        },
        {
          id: "crm:evt_5",
          state: "delivered",
          history: [{ ...attempt, outcome: "delivered" }],
          doneAt: attempt.at,
        },
      ]);
      const list = async (filter: DeliveryFilter, order?: "oldest") => {
        const ids: string[] = [];
        let cursor: string | null = null;
        do {
          const page = { limit: 2, ...(order && { order }), ...(cursor !== null && { cursor }) };
          const answer = await ledger.deliveries(filter, page);
          ids.push(...answer.items.map(({ id }) => id.replace(":evt_", "")));
          cursor = answer.next;
        } while (cursor !== null);
        return ids.join(" ");
      };
      const conversation = events[0]?.data.conversationId ?? "";
      assert.equal(await list({ conversation }), "crm5 erp5 crm4 erp4 crm1 erp1");
      assert.equal(await list({ conversation }, "oldest"), "crm1 erp1 crm4 erp4 crm5 erp5");
      assert.equal(await list({ conversation, destination: "erp" }), "erp5 erp4 erp1");
      assert.equal(await list({ contact: "+1 555 555 0124" }), "crm2 erp2");
      assert.equal(await list({ contact: mia.waId, event: "evt_3" }), "crm3 erp3");
      assert.equal(await list({ account: other.phoneNumberId }), "erp3 crm3");
      assert.equal(await list({ account: wabaId, state: "dead" }), "crm2");
      assert.equal(
        await list({ account: wabaId, state: ["open", "sending"], destination: "crm" }),
        "crm4 crm1",
      );
      assert.equal(await list({ types: ["whatsapp.status.*"] }), "erp4 crm4");
      assert.equal(await list({ types: ["whatsapp.call.*"], destination: "crm" }), "");
      assert.equal(
        await list({ types: ["whatsapp.status.*"], state: "open", destination: ["erp"] }),
        "erp4",
      );
      assert.equal(await list({ verdict: "refused" }), "crm2");
      assert.equal(await list({ verdict: "refused", destination: "erp" }), "");
      assert.equal(await list({ verdict: "delivered" }), "crm5");
      assert.equal(await list({ verdict: "delivered", route: "odd" }), "");
      assert.equal(await list({ route: "even", state: "delivered" }), "crm5");
      assert.equal(await list({ route: "even", account: other.phoneNumberId }), "erp3 crm3");
      assert.equal(await list({ route: "odd", types: ["whatsapp.status.*"] }), "erp4 crm4");
      assert.equal(await list({ account: wabaId, types: ["whatsapp.status.read"] }), "erp4 crm4");
      assert.equal(await list({ accounts: [other.phoneNumberId], route: "odd" }), "");
      // It is to take effect again, and is given up before: its last attempt is still the one that did.
      assert.equal(await ledger.reopen("crm:evt_5", { again: true }), true);
      assert.equal(await list({ verdict: "delivered" }), "crm5");
      assert.equal(await ledger.giveUp("crm:evt_5", "no more"), true);
      assert.equal(await list({ verdict: "delivered", route: "even" }), "crm5");
      assert.equal(await list({ verdict: "delivered", conversation }), "crm5");
      assert.equal(await list({ route: "odd", destination: "crm" }), "crm4 crm2");
      const times = {
        from: events[1]?.data.receivedAt ?? "",
        to: events[3]?.data.receivedAt ?? "",
      };
      assert.equal(await list({ ...times, destination: "crm" }), "crm3 crm2");
      assert.equal(await list({ ...times, account: wabaId }, "oldest"), "crm2 erp2");
      assert.equal(await list({ conversation: "cnv_none" }), "");
    });
  });
}
