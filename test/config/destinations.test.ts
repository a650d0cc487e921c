import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Kinds } from "../../src/config/routing.ts";
import { destinationKinds } from "../../src/destinations/kinds.ts";
import { loadYaml, problemsOfYaml } from "./load-yaml.ts";

const kinds: Kinds = {
  plain: { schema: { type: "object" } },
  vendor: {
    schema: { type: "object" },
    defaults: { rate: "120/min", concurrency: 4, timeout: "15s", retry: { delays: ["5s"] } },
  },
};

async function destinationOf(t: TestContext, text: string, given = kinds) {
  const yaml = `destinations: { crm: ${text} }\nroutes: [{ name: r, when: { type: "#" }, to: crm }]`;
  const { destinations, warnings } = await loadYaml(t, yaml, given);
  const { options: _, ...rules } = destinations["crm"] ?? assert.fail();
  return { rules, warnings };
}

describe("a destination in waypost.yaml", () => {
  it("has the defaults of its kind where it does not say", async (t) => {
    const { rules } = await destinationOf(t, "{ kind: vendor }");
    assert.deepEqual(rules, {
      kind: "vendor",
      retry: { delaysMs: [5_000] },
      ratePerSecond: 2,
      concurrency: 4,
      timeoutMs: 15_000,
    });
    const own = "{ kind: vendor, rate: 1/s, concurrency: 1, timeout: 1s, retry: { delays: [] } }";
    assert.deepEqual((await destinationOf(t, own)).rules, {
      kind: "vendor",
      retry: { delaysMs: [] },
      ratePerSecond: 1,
      concurrency: 1,
      timeoutMs: 1_000,
    });
    const { rules: plain } = await destinationOf(t, "{ kind: plain }");
    assert.deepEqual(Object.keys(plain), ["kind", "retry"]);
  });

  it("so has the one that alerts go to", async (t) => {
    const { alerts } = await loadYaml(t, "alerts: { to: { kind: vendor } }", kinds);
    assert.equal(alerts?.to.ratePerSecond, 2);
  });

  it("says what it is not told, and that it is in shadow, which is worth a note", async (t) => {
    const { rules, warnings } = await destinationOf(
      t,
      "{ kind: plain, omit: [raw, phone], shadow: true }",
    );
    assert.deepEqual(rules.omit, ["raw", "phone"]);
    assert.equal(rules.shadow, true);
    assert.deepEqual(warnings, [
      "the destination crm is in shadow: it looks up, and writes nothing",
    ]);
    const live = await destinationOf(t, "{ kind: plain, shadow: false }");
    assert.deepEqual([live.rules.shadow, live.warnings], [undefined, []]);
  });

  for (const [yaml, where, words] of [
    ["omit: [phones]", "destinations.crm.omit[0]", /one of raw, phone, name, text, media/],
    ["omit: phone", "destinations.crm.omit", /array/],
    ["omit: []", "destinations.crm.omit", /fewer than 1/],
    ["shadow: crm", "destinations.crm.shadow", /boolean/],
    ["shadw: true", "destinations.crm.shadw", /mean shadow/],
  ] as const) {
    it(`cannot say ${yaml}`, async (t) => {
      const closed = { plain: { schema: { type: "object", properties: {} } } };
      const problems = await problemsOfYaml(
        t,
        `destinations: { crm: { kind: plain, ${yaml} } }`,
        closed,
      );
      assert.deepEqual(
        problems.map((problem) => problem.where),
        [`waypost.yaml:1 ${where}`],
      );
      assert.match(JSON.stringify(problems), words);
    });
  }

  it("is in shadow, or told less, for all routes alike", async (t) => {
    const yaml = `destinations: { crm: { kind: plain } }
routes: [{ name: r, when: { type: "#" }, to: [crm: { shadow: true, omit: [raw] }] }]`;
    const problems = await problemsOfYaml(t, yaml, kinds);
    assert.match(
      problems.map(({ problem }) => problem).join(),
      /same for all routes.*same for all routes/,
    );
  });

  it("cannot be in shadow where alerts go to it", async (t) => {
    const yaml = "alerts: { to: { kind: plain, shadow: true } }";
    const [problem] = await problemsOfYaml(t, yaml, kinds);
    assert.equal(problem?.where, "waypost.yaml:1 alerts.to.shadow");
  });

  for (const [kind, { defaults }] of Object.entries(destinationKinds)) {
    if (defaults === undefined) continue;
    it(`could say itself what holds for its kind: ${kind}`, async (t) => {
      const { rules } = await destinationOf(t, JSON.stringify({ kind: "plain", ...defaults }));
      assert.notEqual(rules.ratePerSecond, 0);
    });
  }
});
