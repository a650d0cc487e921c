import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SearchHit } from "../../../src/ops/search/search-hits.ts";
import { shapeOf } from "../../../src/ops/search/search-shape.ts";
import { addDelivery } from "../deliveries/ledger-rows.ts";
import { type Harness, startOps } from "../harness.ts";
import { answers, miasConversation, reached, says, text } from "../talk.ts";

const user = { userId: "DE.7410258963" };
let ops: Harness;
let contact: string | undefined;
before(async () => {
  ops = await startOps({ fromStore: true });
  await ops.store.append([
    says("wamid.s1", text("Where is my blue sofa?"), { ago: 9, id: "evt_1", post: "pst_0a1" }),
    says("wamid.s2", text("hello"), { ago: 8, id: "evt_2", post: "pst_0a1" }),
    answers("wamid.s3", text("soon"), { ago: 7, id: "pi_3Qk9" }),
    reached("wamid.s3", "read", { ago: 6 }),
    says("wamid.s4", text("anonymous"), { ago: 5, id: "evt_5", contact: user }),
  ]);
  const epoch = await addDelivery(ops.ledger, "zendesk", 1, "delivered");
  await ops.ledger.saveLink("zendesk", miasConversation, { ticketId: "4711" }, epoch);
  const slack = { channel: "C1", ts: "1700000000.123456" };
  await ops.ledger.saveLink("slack", miasConversation, slack, epoch);
  await ops.ledger.saveLink("hubspot", "phone:4915123456789", { contactId: "99887766554" }, epoch);
  contact = (await ops.store.contacts.find("4915123456789"))?.id;
});
after(() => ops.ops.close());

async function search(q: string): Promise<SearchHit[]> {
  const response = await ops.post("/api/search", { q });
  assert.equal(response.status, 200, await response.clone().text());
  return ((await response.json()) as { items: SearchHit[] }).items;
}

const kinds = async (q: string) => (await search(q)).map(({ kind, id }) => `${kind} ${id}`);

describe("the one box", () => {
  for (const q of [
    "4915123456789",
    "+49 1512 3456789",
    "0049 (1512) 345-6789",
    "+49 (0)1512 3456789",
    "01512/3456789",
    "tel:+4915123456789",
    "https://wa.me/4915123456789",
    "  “+49 1512 3456789” ",
  ]) {
    it(`finds a person by ${q}`, async () => {
      const found = await kinds(q);
      assert.deepEqual(found.slice(0, 2), [
        `contact ${contact}`,
        `conversation ${miasConversation}`,
      ]);
    });
  }

  it("finds by every id of ours, what it is about first", async () => {
    assert.deepEqual((await kinds("evt_1"))[0], "message wamid.s1");
    assert.deepEqual((await kinds("pi_3Qk9"))[0], "message wamid.s3");
    assert.deepEqual(await kinds("wamid.s3"), [
      "message wamid.s3",
      `conversation ${miasConversation}`,
    ]);
    assert.deepEqual(await kinds("pst_0a1"), [
      "post pst_0a1",
      "message wamid.s1",
      "message wamid.s2",
    ]);
    assert.deepEqual((await kinds("zendesk:evt_1"))[0], "delivery zendesk:evt_1");
    assert.deepEqual(await kinds(miasConversation), [`conversation ${miasConversation}`]);
    assert.deepEqual((await kinds(contact ?? "")).slice(0, 2), [
      `contact ${contact}`,
      `conversation ${miasConversation}`,
    ]);
    assert.match((await kinds(user.userId)).join(), /^contact ctc_[\w-]+,conversation cnv_\w+$/);
  });

  it("finds by what a vendor calls its side, and by the link to it", async () => {
    for (const q of ["4711", "#4711", "https://acme.zendesk.com/agent/tickets/4711"]) {
      const [hit] = await search(q);
      assert.deepEqual([hit?.kind, hit?.conversation], ["link", miasConversation], q);
      assert.equal(hit?.title, "zendesk, ticket id 4711 of Mia Kern");
    }
    const slack = await search("https://acme.slack.com/archives/C1/p1700000000123456");
    assert.equal(slack[0]?.kind, "link");
    const hubspot = await search("https://app.hubspot.com/contacts/1/record/0-1/99887766554");
    assert.deepEqual([hubspot[0]?.kind, hubspot[0]?.contact], ["link", contact]);
  });

  it("finds people by name before what was said, and words", async () => {
    const [first, ...rest] = await search("mia");
    assert.deepEqual([first?.kind, first?.title], ["conversation", "Conversation with Mia Kern"]);
    assert.ok(rest.some(({ kind }) => kind === "message"));
    const [sofa] = await search("SOFA blue");
    assert.deepEqual([sofa?.title, sofa?.detail], ["Where is my blue sofa?", "Mia Kern"]);
  });

  it("answers nothing to what is nothing, and takes hostile text", async () => {
    for (const q of [
      "evt_none",
      "cnv_none",
      "pst_none",
      "wamid.none",
      "ctc_none",
      "qrn_none",
      "+1 999",
      "\u202e\0",
      "%",
      "https://x/%zz",
      "{$ne:1}",
      "'; DROP TABLE events --",
      "x".repeat(2_048),
    ]) {
      assert.deepEqual(await search(q), [], q.slice(0, 30));
    }
    for (const body of [{}, { q: "" }, { q: 7 }, { q: "x", more: 1 }, { q: "x".repeat(2_049) }]) {
      assert.equal((await ops.post("/api/search", body)).status, 400);
    }
  });

  it("asks only for what the form leaves open", () => {
    assert.deepEqual(shapeOf(" cnv_x ").remote, []);
    assert.equal(shapeOf("1234567").phone, "1234567");
    assert.equal(shapeOf("order 1234567").phone, undefined);
    assert.equal(shapeOf("DE.741").user, "DE.741");
  });
});
