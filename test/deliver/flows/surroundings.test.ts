import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryContext, WaypostEvent } from "../../../src/contracts.ts";
import { createSurroundings } from "../../../src/deliver/flows/surroundings.ts";
import { makeEvent, makeStatus, makeText, type Parts } from "../../store/make-events.ts";
import { createStub } from "../engine.ts";
import { noRules, now, startFlows } from "./flow-engine.ts";
import { createMemoryLog } from "./memory-log.ts";

function createLog() {
  const log = createMemoryLog();
  const circumstances = () => assert.fail("nothing is asked about the contact");
  const surroundings = createSurroundings({
    ...{ query: log, accounts: {}, rules: noRules, captures: () => ({}), circumstances },
  });
  return { log, surroundings };
}

type Message = NonNullable<WaypostEvent["data"]["message"]>;
const message = (parts: Partial<Message>, more: Parts = {}) =>
  makeEvent({ ...more, data: { message: { id: "wamid.new", type: "text", ...parts } } });

describe("the message that an event concerns", () => {
  const question = makeText("Do you have tulips?", {
    data: { message: { id: "wamid.q", type: "text", text: { body: "Do you have tulips?" } } },
  });
  const sent = message(
    { id: "wamid.out", text: { body: "We do" } },
    { type: "whatsapp.outgoing.text" },
  );
  const standbyStatus = {
    ...makeStatus("wamid.sb", "delivered"),
    type: "whatsapp.standby.delivered",
  };
  const standby = message(
    { id: "wamid.sb", text: { body: "by another app" } },
    { type: "whatsapp.standby.text" },
  );
  const cases: [string, WaypostEvent, WaypostEvent | undefined][] = [
    ["the one it quotes", message({ context: { id: "wamid.q" } }), question],
    [
      "the one it reacts to",
      message({ type: "reaction", reaction: { messageId: "wamid.q", emoji: "👍" } }),
      question,
    ],
    [
      "the one it edits",
      message({
        type: "edit",
        edit: { originalMessageId: "wamid.q", message: { type: "text", context: { id: "M0" } } },
      }),
      question,
    ],
    [
      "the one it deletes",
      message({ type: "revoke", revoke: { originalMessageId: "wamid.out" } }),
      sent,
    ],
    ["the one whose status it is", makeStatus("wamid.out", "failed"), sent],
    ["the message of another app, and not its status", makeStatus("wamid.sb", "failed"), standby],
    ["none where it stands alone", makeText("hello"), undefined],
    ["none that the log has no more", message({ context: { id: "wamid.gone" } }), undefined],
    ["none of which the log has but a status", makeStatus("wamid.only", "failed"), undefined],
    ["none of a business event", makeEvent({ type: "business.lead.captured" }), undefined],
  ];
  for (const [title, event, expected] of cases) {
    it(`is ${title}`, async () => {
      const { log, surroundings } = createLog();
      log.append([
        makeStatus("wamid.out", "sent"),
        question,
        sent,
        standbyStatus,
        standby,
        makeStatus("wamid.only", "sent"),
        event,
      ]);
      assert.equal((await surroundings.concerned(event))?.id, expected?.id);
    });
  }

  it("is not there before the log has it", async () => {
    const { log, surroundings } = createLog();
    const event = makeStatus("wamid.out", "failed");
    assert.equal(await surroundings.has(sent.id), false);
    assert.equal(await surroundings.concerned(event), undefined);
    log.append([sent]);
    assert.equal(await surroundings.has(sent.id), true);
    assert.equal((await surroundings.concerned(event))?.id, sent.id);
  });
});

describe("what a destination's own templates are given", () => {
  it("is what those of routes are: of the route that held, and no more than they name", async () => {
    const crm = createStub();
    const scopes: unknown[] = [];
    crm.answer = async (_event, context: DeliveryContext): Promise<"ok"> => {
      scopes.push(await context.scope(new Set(["contact", "match", "message"])));
      return "ok";
    };
    const when = { text: { matches: ["order (?P<no>\\d+)"] } };
    const flows = await startFlows([{ name: "order", when, to: ["crm"] }], {
      destinations: { crm },
    });
    const { clock } = flows;
    const data = { message: { id: "wamid.1", type: "text", text: { body: "order 42" } } };
    await flows.receive(now(clock, { contact: { waId: "15555550123", name: "Mia" }, data }));
    await clock.advance(1_000);
    const [scope] = scopes as [Record<string, Record<string, unknown>>];
    assert.deepEqual(Object.keys(scope).sort(), ["contact", "match", "message"]);
    assert.deepEqual(scope["match"], { no: "42" });
    assert.deepEqual(scope["message"], data.message);
    assert.deepEqual(
      [scope["contact"]?.["name"], scope["contact"]?.["phone"], scope["contact"]?.["tags"]],
      ["Mia", "15555550123", []],
    );
    await flows.engine.end();
  });
});
