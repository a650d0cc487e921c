import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { now, type RouteParts, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });
const told: RouteParts = {
  ...{ name: "told", to: ["crm"], test: true },
  when: { type: ["business.lead.*", "business.answered"] },
};

/** What was told of the one event that came. */
async function toldOf(
  route: RouteParts,
  data: Partial<WaypostEvent["data"]>,
  options: Parameters<typeof startFlows>[1] = {},
) {
  const flows = await startFlows([route, told], options);
  const event = now(flows.clock, { contact: person, data });
  await flows.receive(event);
  await flows.clock.advance(2_000);
  const row = await flows.ledger.delivery(`flows:${event.id}`);
  const kept = await flows.contacts.find(person.waId);
  await flows.engine.end();
  const calls = flows.stubs["crm"]?.calls.map(({ event: each }) => each) ?? [];
  return { calls, row, kept };
}

describe("what a route emits", () => {
  const lead: RouteParts = {
    name: "lead",
    when: { type: ["whatsapp.message.*"] },
    emit: { type: "business.lead.captured" },
  };

  it("is refused behind eight others, and not before", async () => {
    const derived = (depth: number) => ({ derived: { route: "r", from: "evt_x", depth } });
    const last = await toldOf(lead, derived(7));
    assert.deepEqual(
      last.calls.map(({ data }) => data.derived?.depth),
      [8],
    );
    const beyond = await toldOf(lead, derived(8));
    assert.deepEqual(beyond.calls, []);
    assert.equal(beyond.row?.state, "dead");
    assert.match(beyond.row?.reason ?? "", /it is a loop/);
  });

  it("has what a template gives as its data, and under `value` what is no object", async () => {
    const cases = [
      ['{"a":1}', { a: 1 }],
      ["[1,2]", { value: [1, 2] }],
      ["5", { value: 5 }],
    ] as const;
    for (const [responseJson, data] of cases) {
      const emit = { type: "business.answered", data: "{{ flow }}" as never };
      const message = {
        ...{ id: "wamid.f", type: "interactive" },
        interactive: { type: "nfm_reply", nfmReply: { responseJson } },
      };
      const { calls } = await toldOf({ ...lead, emit }, { message } as never);
      assert.deepEqual(calls[0]?.data.business, data, responseJson);
    }
  });
});

describe("a test event that a route takes", () => {
  it("acts for that route, and says nothing of consent nor opens a conversation", async () => {
    const route: RouteParts = {
      ...{ name: "mark", when: { type: ["whatsapp.message.*"] }, test: true },
      emit: { type: "business.tested" },
    };
    const rules = { consent: { stop: { "*": ["STOP"] }, start: {} } };
    const opening: RouteParts = {
      ...told,
      when: { type: ["business.conversation.opened", "business.tested", "business.consent.*"] },
    };
    const flows = await startFlows([route, opening], { rules });
    const event = now(flows.clock, { contact: person, data: { ...text("STOP"), test: true } });
    await flows.receive(event);
    await flows.clock.advance(2_000);
    const calls = flows.stubs["crm"]?.calls ?? [];
    assert.deepEqual(
      calls.map((call) => call.event.type),
      ["business.tested"],
    );
    assert.deepEqual((await flows.contacts.find(person.waId))?.consent ?? {}, {});
    await flows.engine.end();
  });
});
