import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { type EnvKey, envKeys, readValues } from "../../src/config/env.ts";
import { compileSchema } from "../../src/support/schema.ts";

const words = "type default description enum pattern minimum maximum".split(" ");
const schema = JSON.parse(await readFile("schemas/env.schema.json", "utf8"));
const misfits = compileSchema(schema, [], { coerceTypes: true, useDefaults: true });

function samples({ minimum, maximum, enum: allowed = [], default: usual }: EnvKey): string[] {
  const numbers = [minimum, maximum].flatMap((n) => (n === undefined ? [] : [n - 1, n, n + 1]));
  const texts = ["1", "-1", "08", "1.5", "1e3", "0x50", "nonsense", " ", "Infinity", "NaN", "ON"];
  const urls = ["https://a.example/x", "ftp://a.example", "amqp://a", "mongodb+srv://a", "12345"];
  return [...texts, ...urls, ...allowed, ...numbers.map(String), String(usual ?? "x")];
}

describe("values of the environment", () => {
  it("are described by no other words of JSON Schema than are looked at", () => {
    const used = Object.values(envKeys).flatMap((key) => Object.keys(key));
    const unknown = used.filter((word) => !words.includes(word) && !word.startsWith("x-"));
    assert.deepEqual(unknown, []);
  });

  it("are taken and refused as JSON Schema says", async () => {
    for (const [key, spec] of Object.entries(envKeys)) {
      for (const text of samples(spec)) {
        const problems: { where: string }[] = [];
        const values = await readValues({ [key]: text }, "/", problems as never);
        const expected: Record<string, unknown> = { [key]: text };
        // Ajv takes an infinite number for one within all bounds.
        const endless = spec.type === "integer" && text === "Infinity";
        const taken = misfits(expected).length === 0 && !endless;
        const said = problems.map(({ where }) => where);
        assert.deepEqual(said, taken ? [] : [key], `${key}=${text}`);
        if (taken) assert.deepEqual({ ...values }, { ...expected }, `${key}=${text}`);
      }
    }
  });
});
