import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadYaml, problemsOfYaml } from "./load-yaml.ts";

const text = { type: "string", minLength: 1 };
const kinds = {
  slack: { schema: { type: "object", properties: { channel: text, text } } },
  "whatsapp-reply": { schema: { type: "object", properties: { text } } },
  webhook: { schema: { type: "object", properties: { reply: { type: "boolean" }, via: text } } },
};

/** One route, into which `route` is put; `more` stands before it. */
export const file = (route: string, more = "") => `accounts:
  berlin: { phoneNumberId: "1" }
destinations:
  slack: { kind: slack }
  whatsapp: { kind: whatsapp-reply }
${more}
routes:
  - { name: r, ${route} }
`;
export const withWhen = (when: string) => file(`to: slack, when: { ${when} }`);
export const withOnly = (only: string, type = "whatsapp.message.*") =>
  file(`to: slack, when: { type: "${type}" }, only: { ${only} }`);

/** Title, file, where the one problem is (empty: in the file as such), and its words. */
export type Wrong = [title: string, yaml: string, at: string, words: RegExp];

export function areReported(title: string, wrong: readonly Wrong[]): void {
  describe(title, () => {
    for (const [what, yaml, at, words] of wrong) {
      it(`is reported with path and remedy: ${what}`, async (t) => {
        const problems = await problemsOfYaml(t, yaml, kinds, { X: "secret" });
        const found = problems.map((each) => `${each.where}: ${each.problem}. ${each.remedy}`);
        assert.equal(problems.length, 1, found.join("\n"));
        const [{ where }] = problems as [(typeof problems)[0]];
        assert.match(where, at === "" ? /^waypost\.yaml:\d+$/ : /^waypost\.yaml:\d+ /);
        assert.ok(where.endsWith(at), where);
        assert.match(found[0] ?? "", words);
      });
    }
  });
}

export function areFine(title: string, fine: readonly [what: string, yaml: string][]): void {
  describe(title, () => {
    for (const [what, yaml] of fine) {
      it(`has no problem: ${what}`, async (t) => {
        await loadYaml(t, yaml, kinds, { X: "a" });
      });
    }
  });
}
