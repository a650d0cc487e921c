import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createDestinations, previewDestination } from "../../../src/app/destinations.ts";
import { ConfigError } from "../../../src/config/config-error.ts";
import { DeliveryError } from "../../../src/contracts.ts";
import { destinationKinds } from "../../../src/destinations/kinds.ts";
import { flatEvent } from "../../../src/destinations/webhook/flat-event.ts";
import { webhook } from "../../../src/destinations/webhook/webhook.ts";
import { loadYaml } from "../../config/load-yaml.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Stub, type StubAnswer, startStub } from "../stub.ts";

const secretPath = "/hooks/catch/1234567/aB3dE5fG7h/";

describe("a webhook with a preset", () => {
  let stub: Stub;
  let answer: StubAnswer;
  beforeEach(async () => {
    answer = { status: 200, body: '{"status":"success"}' };
    stub = await startStub(() => answer);
  });
  afterEach(() => stub.close());
  const open = (options: object) =>
    webhook.create(
      "hook",
      { url: `${stub.url}${secretPath}`, allowPrivateAddresses: true, ...options },
      { log: createArrayLog() },
    );
  const outcome = async (preset: string, given: StubAnswer) => {
    answer = given;
    const destination = open({ preset });
    const ended = await attempt(destination, makeText("hi"));
    await destination.close();
    return ended;
  };

  for (const preset of ["zapier", "make", "n8n"]) {
    it(`sends flat JSON: ${preset}`, async () => {
      const destination = open({ preset });
      const event = makeText("hi");
      assert.ok(!((await attempt(destination, event)) instanceof DeliveryError));
      const [request] = stub.requests;
      assert.equal(request?.headers["content-type"], "application/json");
      assert.equal(request?.headers["webhook-id"], event.id);
      assert.deepEqual(JSON.parse(request?.body ?? ""), flatEvent(event));
      const shown = destination.preview(event) as { body: unknown };
      assert.deepEqual(shown.body, flatEvent(event));
      await destination.close();
    });
  }

  const cases: readonly [string, StubAnswer, string, RegExp][] = [
    ["zapier", { status: 410 }, "config", /no Zap listens there/],
    ["zapier", { status: 404 }, "config", /Switch it on/],
    ["zapier", { status: 429 }, "outage", /429/],
    ["make", { status: 400, body: "Queue is full." }, "outage", /queue at Make is full/],
    ["make", { status: 400, body: "Invalid JSON" }, "refused", /400/],
    ["make", { status: 410 }, "config", /no scenario listens there/],
    ["n8n", { status: 404, body: "not registered" }, "config", /no active workflow/],
    ["n8n", { status: 413 }, "refused", /N8N_PAYLOAD_SIZE_MAX/],
    ["n8n", { status: 500, body: "Error in workflow" }, "outage", /500/],
  ];
  for (const [preset, given, verdict, words] of cases) {
    it(`takes ${given.status} ${given.body ?? ""} of ${preset} for ${verdict}`, async () => {
      const failure = await outcome(preset, given);
      assert.ok(failure instanceof DeliveryError);
      assert.equal(failure.verdict, verdict);
      assert.match(failure.message, words);
    });
  }

  it("keeps its address to itself, whole and in parts, whatever the receiver echoes", async () => {
    const body = `The requested webhook "POST 1234567/aB3dE5fG7h" of ${stub.url}${secretPath} is not registered`;
    for (const preset of ["zapier", "make", "n8n"]) {
      for (const status of [400, 404, 500]) {
        const failure = await outcome(preset, { status, body });
        assert.ok(failure instanceof DeliveryError);
        assert.doesNotMatch(`${failure.message} ${failure.answer}`, /aB3dE5fG7h|hooks\/catch/);
      }
      const destination = open({ preset });
      const shown = JSON.stringify(destination.preview(makeText("hi")));
      assert.doesNotMatch(shown, /aB3dE5fG7h|1234567\//);
      const checks = await destination.check(AbortSignal.timeout(5_000));
      assert.doesNotMatch(JSON.stringify(checks), /aB3dE5fG7h|hooks/);
      await destination.close();
    }
  });

  it("says in doctor that n8n's test address is none to keep", async () => {
    const wrong = open({ preset: "n8n", url: `${stub.url}/webhook-test/4711` });
    const checks = await wrong.check(AbortSignal.timeout(5_000));
    assert.deepEqual(
      checks.map(({ name, ok }) => [name, ok]),
      [
        ["address", false],
        ["connection", true],
      ],
    );
    await wrong.close();
  });

  it("has the rate and time limit of its tool, unless told, in waypost.yaml", async (t) => {
    const yaml = (more: string) =>
      `destinations: { hook: { kind: webhook, url: "\${HOOK}"${more} } }
routes: [{ name: r, when: { type: "#" }, to: hook }]`;
    const rules = async (more: string) => {
      const env = { HOOK: "https://hooks.zapier.com/hooks/catch/1/aB3dE5fG7h/" };
      const routing = await loadYaml(t, yaml(more), destinationKinds, env);
      const hook = routing.destinations["hook"];
      assert.ok(hook);
      assert.ok(!JSON.stringify(routing).includes("aB3dE5fG7h"));
      const shown = JSON.stringify(await previewDestination("hook", hook, makeText("hi")));
      assert.ok(shown.includes("hooks.zapier.com/…") && !shown.includes("aB3dE5fG7h"));
      return [hook.ratePerSecond, hook.timeoutMs];
    };
    assert.deepEqual(await rules(", preset: zapier"), [10, 15_000]);
    assert.deepEqual(await rules(", preset: make"), [20, 30_000]);
    assert.deepEqual(await rules(", preset: n8n"), [10, 30_000]);
    assert.deepEqual(await rules(", preset: zapier, rate: 2/s"), [2, 15_000]);
    assert.deepEqual(await rules(""), [undefined, undefined]);
  });

  it("is refused beside what contradicts it, with the remedy", async (t) => {
    for (const [more, words] of [
      [
        "preset: zapier, format: event",
        /destinations\.hook\.format.*Keep one of format and preset/,
      ],
      ["preset: zapier, reply: true, via: wa", /destinations\.hook\.reply.*make or n8n/],
      ["preset: pipedream", /destinations\.hook\.preset/],
    ] as const) {
      const yaml = `destinations:
  hook: { kind: webhook, url: "https://hooks.zapier.com/hooks/catch/1/x", ${more} }
  wa: { kind: whatsapp-reply, token: invented }
routes: [{ name: r, when: { type: "#" }, to: [hook] }]`;
      const made = loadYaml(t, yaml, destinationKinds).then((routing) =>
        createDestinations(routing, { log: createArrayLog() }),
      );
      await assert.rejects(made, (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message.replaceAll("\n", " "), words);
        return true;
      });
    }
  });
});
