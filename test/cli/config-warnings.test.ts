import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { readRouting } from "../../src/app/plan.ts";
import { checkConfig } from "../../src/cli/config.ts";
import { tempDir } from "../config/temp-dir.ts";
import { testCertificate } from "../support/test-certificate.ts";

const accounts = `accounts:
  berlin: { phoneNumberId: "700700700700700" }
`;
const source = `${accounts}sources:
  shop:
    kind: hook
    auth: { bearer: "a long invented token" }
    account: berlin
    emit: [{ type: business.x }]
`;
const tls = {
  TLS_CERT_FILE: "cert.pem",
  TLS_KEY_FILE: "key.pem",
  NODE_ENV: "development",
};

describe("a public port that takes Meta's client certificate alone", () => {
  it("is told of where vendors POST to it too, and nowhere else", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, "cert.pem"), testCertificate.cert);
    await writeFile(path.join(cwd, "key.pem"), testCertificate.key);
    const found = async (yaml: string, env: object) => {
      await writeFile(path.join(cwd, "waypost.yaml"), yaml);
      const { problems, warnings } = await checkConfig(
        { ...tls, ...env },
        "start",
        readRouting,
        cwd,
      );
      assert.deepEqual(problems, []);
      return warnings.filter((warning) => warning.includes("TLS_CLIENT_CA_FILE"));
    };
    const withCa = { TLS_CLIENT_CA_FILE: "cert.pem" };
    const [warning = "", ...others] = await found(source, withCa);
    assert.match(warning, /vendors of `sources`.*proxy/);
    assert.deepEqual(others, []);
    assert.deepEqual(await found(source, {}), []);
    assert.deepEqual(await found(accounts, withCa), []);
  });
});
