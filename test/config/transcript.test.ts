import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createDestinations } from "../../src/app/destinations.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { createArrayLog } from "../support/array-log.ts";
import { loadYaml } from "./load-yaml.ts";

const queue = { schema: { type: "object", properties: { url: { type: "string" } } } };
const load = (t: TestContext, destination: string, to: string) =>
  loadYaml(
    t,
    `destinations: { crm: ${destination} }
routes: [{ name: r, when: { type: "whatsapp.#" }, to: ${to} }, { name: s, when: { type: "#" }, to: crm }]`,
    { webhook: queue },
  );

describe("how many messages a transcript has", () => {
  it("is said by the destination, and by a route for itself", async (t) => {
    const url = "url: https://erp.example/in";
    const routing = await load(
      t,
      `{ kind: webhook, ${url}, transcript: 50 }`,
      "{ crm: { transcript: 5 } }",
    );
    const [setup] = await createDestinations(routing, { log: createArrayLog() });
    assert.equal(setup?.config.transcript, 50);
    assert.deepEqual([...(setup?.transcripts ?? [])], [["r", 5]]);
    // It is no option of the kind's: the route has the destination as it is.
    assert.equal(setup?.byRoute, undefined);
    await setup?.destination.close();
  });

  it("is a whole number from 1 to 100", async (t) => {
    for (const [destination, to, place] of [
      ["{ kind: webhook, transcript: 0 }", "crm", "destinations.crm.transcript"],
      ["{ kind: webhook, transcript: 101 }", "crm", "destinations.crm.transcript"],
      ["{ kind: webhook }", "{ crm: { transcript: 1.5 } }", "routes[0].to.crm.transcript"],
      ["{ kind: webhook }", "{ crm: { transcript: many } }", "routes[0].to.crm.transcript"],
    ] as const) {
      await assert.rejects(load(t, destination, to), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.ok(error.message.includes(place), error.message);
        return true;
      });
    }
  });
});
