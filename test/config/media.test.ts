import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadYaml, problemsOfYaml } from "./load-yaml.ts";
import { tempDir } from "./temp-dir.ts";

const secrets = {
  WHATSAPP_APP_SECRET: "00112233445566778899aabbccddeeff",
  WHATSAPP_VERIFY_TOKEN: "verify-1",
  OPS_TOKENS: "ops-1",
  META_ACCESS_TOKEN: "an-invented-access-token",
};
const bucket = {
  MEDIA_S3_BUCKET: "files",
  MEDIA_S3_ACCESS_KEY_ID: "an-invented-id",
  MEDIA_S3_SECRET_ACCESS_KEY: "an-invented-key",
};
const names = Object.keys(bucket);

describe("MEDIA_S3_*", () => {
  const missing = (...keys: string[]) => keys.toSorted();
  for (const [title, given, lacks] of [
    ...names.map((name) => [`only ${name}`, [name], names.filter((each) => each !== name)]),
    ...names.map((name) => [`all but ${name}`, names.filter((each) => each !== name), [name]]),
  ] as [string, string[], string[]][]) {
    it(`names what is missing: ${title}`, async (t) => {
      const env = Object.fromEntries(
        given.map((name) => [name, bucket[name as "MEDIA_S3_BUCKET"]]),
      );
      const cwd = await tempDir(t);
      await assert.rejects(loadConfig({ ...secrets, ...env }, "start", { cwd }), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(missing(...error.problems.map(({ where }) => where)), missing(...lacks));
        for (const { problem, remedy } of error.problems) {
          assert.equal(problem, "is missing, other keys of the bucket are set");
          assert.match(remedy, /or none of MEDIA_S3_\*/);
        }
        return true;
      });
    });
  }

  it("asks for all three where only the endpoint is set", async (t) => {
    const cwd = await tempDir(t);
    const env = { ...secrets, MEDIA_S3_ENDPOINT: "https://s3.example.com" };
    await assert.rejects(loadConfig(env, "start", { cwd }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(missing(...error.problems.map(({ where }) => where)), missing(...names));
      return true;
    });
  });

  it("is a bucket where all are there, whose keys are not shown", async (t) => {
    const cwd = await tempDir(t);
    const { media } = await loadConfig({ ...secrets, ...bucket }, "start", { cwd });
    assert.equal(media?.bucket?.bucket, "files");
    assert.equal(media?.bucket?.secretAccessKey, bucket.MEDIA_S3_SECRET_ACCESS_KEY);
    assert.ok(!JSON.stringify(media).includes("an-invented"), JSON.stringify(media));
  });
});

describe("waypost.yaml about files", () => {
  for (const [given, problem] of [
    ["0d", /is no time at all/],
    ["-1d", /duration/],
    ["2 weeks", /duration/],
    ["14mb", /duration/],
    ["14", /need their unit/],
    ["36501d", /is too long Choose at most 36500d/],
    ["99999999999999999d", /is too long/],
  ] as const) {
    it(`refuses retention: { media: ${given} }`, async (t) => {
      const problems = await problemsOfYaml(t, `retention: { media: ${given} }\n`, {});
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.where ?? "", /retention\.media/);
      assert.match(`${problems[0]?.problem} ${problems[0]?.remedy}`, problem);
    });
  }

  it("refuses a retention of one account that is none", async (t) => {
    const yaml = (given: string) =>
      `accounts: { berlin: { phoneNumberId: "700700700700700", retention: { ${given} } } }\n`;
    for (const given of ["media: 36501d", "media: 14", "texts: 3d"]) {
      const [problem] = await problemsOfYaml(t, yaml(given), {});
      assert.match(problem?.where ?? "", /accounts\.berlin\.retention/, given);
    }
    await loadYaml(t, yaml("media: 3d"), {});
  });

  it("takes the time that files are kept", async (t) => {
    const { retention } = await loadYaml(t, "retention: { media: 14d }\n", {});
    assert.equal(retention.mediaMs, 14 * 24 * 60 * 60 * 1_000);
  });

  it("refuses a destination of the name of the built-in one", async (t) => {
    const kinds = { webhook: { schema: { type: "object" } } };
    const yaml = "destinations: { media: { kind: webhook } }\n";
    const [problem] = await problemsOfYaml(t, yaml, kinds);
    assert.match(problem?.where ?? "", /destinations\.media/);
    assert.match(problem?.problem ?? "", /built-in destination that fetches the files/);
    assert.equal(problem?.remedy, "Choose another name");
  });
});
