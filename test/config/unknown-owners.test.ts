import assert from "node:assert/strict";
import { it } from "node:test";
import { loadYaml } from "./load-yaml.ts";

const kinds = { slack: { schema: { type: "object", properties: {} } } };

it("notes whom a route names as owner and no pool has, and does not say who it is", async (t) => {
  const yaml = `destinations:
  slack: { kind: slack }
defaults: { only: { not: { owner: Nobody } } }
pools:
  sales: [{ name: Ana }]
  support: [{ name: Ben }]
routes:
  - { name: fine, when: { type: whatsapp.message.* }, only: { owner: [Ana, Ben] }, to: slack }
  - { name: any, when: { type: whatsapp.status.* }, only: { owner: true }, to: slack }
  - { name: wrong, when: { type: whatsapp.echo.* }, only: { owner: [Ana, Bne] }, to: slack }
`;
  const { warnings } = await loadYaml(t, yaml, kinds);
  const whose = warnings.map((each) => /^only\.owner of (.+?) names somebody/.exec(each)?.[1]);
  assert.deepEqual(whose, ["`defaults`", "the route wrong"]);
  assert.doesNotMatch(warnings.join(), /Bne|Nobody/);
});
