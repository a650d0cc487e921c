import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { shownYaml } from "../../src/config/shown.ts";
import { destinationKinds } from "../../src/destinations/kinds.ts";

const planted = "planted-4711";

describe("waypost.yaml as it is shown", () => {
  const source = {
    destinations: {
      desk: { kind: "zendesk", subdomain: "shop", email: "a@shop.example", apiToken: planted },
      hook: {
        kind: "webhook",
        url: `https://hooks.example/catch/${planted}`,
        secret: planted,
        headers: { "X-Key": planted },
      },
      named: { kind: "webhook", url: `$\{HOOK_URL}`, secret: `$\{HOOK_SECRET}` },
    },
    sources: { shop: { kind: "shopify", secret: [planted], account: "berlin", emit: [] } },
    alerts: { to: { kind: "slack", token: planted, channel: "C1" }, silence: { berlin: "2h" } },
    routes: [{ name: "all", when: { type: "whatsapp.#" }, to: ["desk"] }],
    retention: { media: "7d" },
    reports: [{ link: `https://user:${planted}@example.org/x` }],
  };

  it("holds no secret, wherever one may stand, and names the variables that do", () => {
    const yaml = shownYaml(source, destinationKinds);
    assert.doesNotMatch(yaml, new RegExp(planted));
    for (const shown of [`$\{HOOK_URL}`, `$\{HOOK_SECRET}`, "subdomain: shop", "whatsapp.#", "7d"])
      assert.ok(yaml.includes(shown), shown);
    assert.match(yaml, /url: https:\/\/hooks\.example\/\(hidden\)/);
    assert.match(yaml, /silence:\n\s+berlin: 2h/);
  });

  it("bears a file that is none", () => {
    assert.equal(shownYaml(undefined, destinationKinds), "{}\n");
  });
});
