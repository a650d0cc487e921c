import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { makeText } from "../../store/make-events.ts";
import { type CloudApi, startCloudApi } from "./cloud-api.ts";
import { createReplier, start } from "./replier.ts";

describe("buttons and rows", () => {
  let api: CloudApi;
  beforeEach(async () => {
    api = await startCloudApi();
  });
  afterEach(() => api.close());
  const sent = async (options: object) => {
    const replier = createReplier(api, { text: "?", ...options });
    try {
      await replier.deliver(makeText("hi", { receivedAt: new Date(start).toISOString() }));
      const { interactive } = (api.messages.at(-1)?.body ?? {}) as {
        interactive?: { action: { buttons?: readonly { reply: object }[]; sections?: object } };
      };
      return interactive?.action;
    } finally {
      await replier.close();
    }
  };
  const two = { id: "2", title: "Two" };
  const one = { id: "1", title: "One" };
  const described = { ...two, description: "more" };

  it("keep the order of their list, also where ids are whole numbers", async () => {
    const action = await sent({ buttons: [two, one] });
    assert.deepEqual(
      action?.buttons?.map(({ reply }) => reply),
      [two, one],
    );
    const rows = [described, one];
    assert.deepEqual((await sent({ list: { button: "Go", rows } }))?.sections, [{ rows }]);
    const sections = [
      { title: "A", rows },
      { title: "B", rows: [{ id: "0", title: "Zero" }] },
    ];
    assert.deepEqual((await sent({ list: { button: "Go", sections } }))?.sections, sections);
  });

  it("keep the order in which they are written, where ids are templates", async () => {
    const action = await sent({ buttons: { "{{ 2 }}": "Two", "{{ 1 }}": "One" } });
    assert.deepEqual(
      action?.buttons?.map(({ reply }) => reply),
      [two, one],
    );
    const rows = { "{{ 2 }}": { title: "Two", description: "more" }, "{{ 1 }}": "One" };
    const list = await sent({ list: { button: "Go", rows } });
    assert.deepEqual(list?.sections, [{ rows: [described, one] }]);
  });
});
