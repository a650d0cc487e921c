import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tryInShadow } from "../../src/cli/add/try-in-shadow.ts";
import type { DeliveryContext, Destination, WaypostEvent } from "../../src/contracts.ts";
import { omissions } from "../../src/event/omit.ts";
import { createStub } from "../deliver/engine.ts";
import { makeEvent } from "../store/make-events.ts";

const image = { id: "m4nu", mimeType: "image/jpeg", caption: "our table", filename: "menu.jpg" };
const event = makeEvent({
  type: "whatsapp.message.image",
  data: { message: { id: "wamid.1", type: "image", image } },
});
const personal = /15555550123|Mia|our table|m4nu|menu\.jpg|whatsapp_business_account/;

/** Says all that it was told. */
function curious(): Destination {
  return {
    ...createStub(),
    shadows: true,
    async deliver(told: WaypostEvent, context: DeliveryContext) {
      const [contact, files] = [await context.contact(), await context.files()];
      const scope = await context.scope(new Set(["contact", "message", "event"]));
      return { answer: JSON.stringify({ told, contact, files, scope }) };
    },
  };
}

describe("the trial of `waypost add`", () => {
  it("tells a destination nothing of what it is to omit", async () => {
    const destination = curious();
    const { ok, words } = await tryInShadow(
      { name: "crm", destination, config: { omit: omissions } },
      event,
    );
    assert.ok(ok);
    assert.doesNotMatch(words, personal);
    assert.match(words, /wamid\.1/);
  });

  it("shows in a preview nothing of it either", async () => {
    const destination = { ...createStub(), preview: (told: WaypostEvent) => told };
    const setup = { name: "erp", destination, config: { omit: omissions } };
    assert.doesNotMatch((await tryInShadow(setup, event)).words, personal);
  });

  it("tells all where nothing is omitted", async () => {
    const { words } = await tryInShadow({ name: "crm", destination: curious(), config: {} }, event);
    for (const each of ["15555550123", "Mia", "our table", "m4nu"]) assert.ok(words.includes(each));
  });
});
