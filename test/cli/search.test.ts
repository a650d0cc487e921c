import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { addDelivery } from "../ops/deliveries/ledger-rows.ts";
import { type Harness, startOps, token } from "../ops/harness.ts";
import { answers, miasConversation, says, text } from "../ops/talk.ts";
import { runCli } from "../support/cli.ts";

const run = (args: readonly string[]) => runCli(args, { url: ops.url, token });
const lines = (text: string) => text.split("\n").slice(0, -1);
const noTime = (line: string) => line.replace(/\d\d-\d\d \d\d:\d\d:\d\d/g, "<time>");

let ops: Harness;
before(async () => {
  ops = await startOps({
    fromStore: true,
    check: async () => [{ name: "token", ok: false, detail: "it is not accepted" }],
  });
  ops.destinations.set("crm", { kind: "hubspot" });
  const day = 24 * 60;
  await ops.store.append([
    says("wamid.1", text("Where is \u202emy order?"), {
      ago: day - 42,
      id: "evt_1",
      post: "pst_1",
    }),
    says("wamid.2", text("hello"), { ago: 3 * day, id: "evt_2", contact: { userId: "DE.741" } }),
    says("wamid.3", text("?"), { ago: 9, id: "evt_3", contact: { waId: "15555550199" } }),
    answers("wamid.4", text("!"), { ago: 8, id: "evt_4", contact: { waId: "15555550199" } }),
  ]);
  await addDelivery(ops.ledger, "crm", 1, "dead");
});
after(() => ops.ops.close());

describe("waypost search, timeline and conversations", () => {
  it("find whatever it is, with its ids whole", async () => {
    const { code, out } = await run(["search", "+49", "1512", "3456789"]);
    assert.equal(code, 0);
    const [head, ids, next, below] = lines(out);
    assert.match(head ?? "", /^contact +Mia Kern {2}\(\+49 1512 3456789\)$/);
    assert.match(noTime(ids ?? ""), /^ {2}<time> {2}ctc_[\w-]+$/);
    assert.match(
      next ?? "",
      /^conversation {2}Conversation with Mia Kern {2}\(Where is \\u202emy order\?\)$/,
    );
    assert.ok(below?.endsWith(miasConversation));
    const json = await run(["search", "evt_3", "--json"]);
    assert.equal(JSON.parse(lines(json.out)[0] ?? "").id, "wamid.3");
    const none = await run(["search", "nothing of that kind"]);
    assert.deepEqual([none.code, none.out, none.err], [0, "", "Nothing is found.\n"]);
  });

  it("show what became of an event, found by any id", async () => {
    for (const id of ["evt_1", "wamid.1", "pst_1"]) {
      const { code, out } = await run(["timeline", id]);
      assert.equal(code, 0, id);
      const shown = lines(out).map(noTime);
      assert.equal(shown[0], "evt_1  whatsapp.message.text");
      assert.ok(shown.includes("<time>  received   Received in the POST pst_1."), out);
      assert.ok(shown.includes("<time>  attempt    crm refused it. 41 ms."), out);
      assert.ok(shown.includes(`${" ".repeat(27)}422 unknown field`), out);
    }
    const none = await run(["timeline", "evt_none"]);
    assert.equal(none.code, 1);
  });

  it("show who waits for an answer, the window that closes first on top", async () => {
    const { code, out } = await run(["conversations", "--unanswered"]);
    assert.equal(code, 0);
    const [first, below, second, last] = lines(out).map(noTime);
    assert.match(first ?? "", /^<time> {2}Mia Kern {14}← Where is \\u202emy order\?$/);
    assert.match(
      below ?? "",
      /^ {2}unanswered for 23 h \d+ min, window closes in 4\d min.* {2}cnv_/,
    );
    assert.match(second ?? "", /^<time> {2}…41 /);
    assert.match(last ?? "", /window closed: only a template reaches them {2}cnv_/);
    const open = await run(["conversations", "--state", "open", "--json"]);
    assert.equal(JSON.parse(lines(open.out)[0] ?? "").last.text, "!");
    assert.equal((await run(["conversations", "--unanswered", "--state", "open"])).code, 2);
    assert.equal(lines((await run(["conversations", "--closing"])).out).length, 2);
  });

  it("pause a destination for a while, and check it", async () => {
    const { out } = await run(["destinations", "pause", "crm", "--for", "2h"]);
    assert.match(out, /paused by an operator until/);
    const { code, out: found } = await run(["destinations", "check", "crm"]);
    assert.deepEqual([code, found], [1, "bad  token: it is not accepted\n"]);
  });
});
