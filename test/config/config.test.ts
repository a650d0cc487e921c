import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { inspect, promisify } from "node:util";
import { loadConfig, type Role } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadClient } from "../../src/config/load-client.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { testCertificate } from "../support/test-certificate.ts";
import { tempDir } from "./temp-dir.ts";

const urls = { RABBITMQ_URL: "amqp://localhost", MONGODB_URL: "mongodb://localhost/waypost" };
const secrets = {
  WHATSAPP_APP_SECRET: "00112233445566778899aabbccddeeff",
  WHATSAPP_VERIFY_TOKEN: "verify-1",
  OPS_TOKENS: "ops-1",
};

async function problemsOf(env: NodeJS.ProcessEnv, cwd: string, role: Role = "start") {
  const error = await loadConfig(env, role, { cwd }).then(
    () => assert.fail("a ConfigError was expected"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}

describe("loadConfig", () => {
  it("answers with the documented defaults", async (t) => {
    const cwd = await tempDir(t);
    const config = await loadConfig({ ...secrets }, "start", { cwd });
    assert.deepEqual(JSON.parse(JSON.stringify(config)), {
      role: "start",
      whatsapp: { appSecrets: "(hidden)", verifyTokens: "(hidden)" },
      http: {
        host: "0.0.0.0",
        port: 8080,
        maxBodyBytes: 3_145_728,
        ackDeadlineMs: 150,
      },
      ops: { host: "127.0.0.1", port: 8081, tokens: "(hidden)", trustedProxies: [] },
      dataDir: path.join(cwd, "data"),
      configFile: path.join(cwd, "waypost.yaml"),
      configFileGiven: false,
      logLevel: "info",
      storeShards: 1,
      retentionDays: 30,
      meta: { graphUrl: "https://graph.facebook.com/v26.0" },
      spool: { enabled: true, maxBytes: 1_073_741_824 },
      generated: [],
      warnings: [],
      production: false,
    });
    assert.deepEqual(config.whatsapp.appSecrets, [secrets.WHATSAPP_APP_SECRET]);
  });

  it("is frozen through and through", async (t) => {
    const config = await loadConfig(secrets, "start", {
      cwd: await tempDir(t),
    });
    const seen: unknown[] = [config];
    for (const value of seen) {
      assert.ok(Object.isFrozen(value), inspect(value));
      for (const child of Object.values(value as object)) {
        if (typeof child === "object") seen.push(child);
      }
    }
    assert.ok(seen.length > 7);
  });

  it("splits comma lists and drops empty parts and white space", async (t) => {
    const config = await loadConfig(
      {
        ...secrets,
        WHATSAPP_VERIFY_TOKEN: " one, two ,,three,",
        OPS_TOKENS: "a,b",
      },
      "start",
      { cwd: await tempDir(t) },
    );
    assert.deepEqual(config.whatsapp.verifyTokens, ["one", "two", "three"]);
    assert.deepEqual(config.ops.tokens, ["a", "b"]);
  });

  it("reads .env below the process's variables, and takes empty ones as not set", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, ".env"), 'PORT=9000\nOPS_PORT=9001\nLOG_LEVEL="debug"\n');
    const config = await loadConfig({ ...secrets, PORT: "7000", OPS_PORT: "" }, "start", { cwd });
    assert.equal(config.http.port, 7000);
    assert.equal(config.ops.port, 9001);
    assert.equal(config.logLevel, "debug");
  });

  it("reads a secret from the file that its _FILE form names", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, "tokens"), "first\nsecond\n");
    const { OPS_TOKENS: _, ...others } = secrets;
    const config = await loadConfig({ ...others, OPS_TOKENS_FILE: "tokens" }, "start", { cwd });
    assert.deepEqual(config.ops.tokens, ["first", "second"]);
  });

  it("lets a variable of the process hide the _FILE form in .env", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, ".env"), "OPS_TOKENS_FILE=/does/not/exist\n");
    assert.deepEqual((await loadConfig({ ...secrets }, "start", { cwd })).ops.tokens, ["ops-1"]);
  });

  it("knows TLS once certificate and key are there", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, "cert.pem"), testCertificate.cert);
    await writeFile(path.join(cwd, "key.pem"), testCertificate.key);
    await writeFile(path.join(cwd, "ca.pem"), testCertificate.cert);
    const tls = {
      TLS_CERT_FILE: "cert.pem",
      TLS_KEY_FILE: "key.pem",
      TLS_CLIENT_CA_FILE: "ca.pem",
    };
    const config = await loadConfig({ ...secrets, ...tls }, "start", { cwd });
    assert.deepEqual(config.http.tls, {
      certFile: path.join(cwd, "cert.pem"),
      keyFile: path.join(cwd, "key.pem"),
      clientCaFile: path.join(cwd, "ca.pem"),
      clientCn: "client.webhooks.fbclientcerts.com",
    });
  });

  it("asks each role apart only for the secrets it uses", async (t) => {
    const cwd = await tempDir(t);
    const env = { NODE_ENV: "production", ...urls };
    assert.equal((await loadConfig({ ...env }, "work", { cwd })).production, true);
    const wheres = (error: ConfigError) => error.problems.map(({ where }) => where);
    assert.deepEqual(wheres(await problemsOf({ ...env }, cwd, "ops")), ["OPS_TOKENS"]);
    assert.deepEqual(wheres(await problemsOf({ ...env }, cwd, "receive")), [
      "WHATSAPP_APP_SECRET",
      "WHATSAPP_VERIFY_TOKEN",
    ]);
  });
});

const wrong: [title: string, env: NodeJS.ProcessEnv, where: string, role?: Role][] = [
  ["a port that is no number", { PORT: "http" }, "PORT"],
  ["a port out of range", { OPS_PORT: "65536" }, "OPS_PORT"],
  ["a body limit that is no integer", { MAX_BODY_BYTES: "3 mb" }, "MAX_BODY_BYTES"],
  ["a body limit with a fraction", { MAX_BODY_BYTES: "3145728.5" }, "MAX_BODY_BYTES"],
  ["less than 30 days of retention", { RETENTION_DAYS: "29" }, "RETENTION_DAYS"],
  ["a spool that is neither on nor off", { SPOOL: "true" }, "SPOOL"],
  ["an unknown log level", { LOG_LEVEL: "loud" }, "LOG_LEVEL"],
  ["a broker URL of another scheme", { RABBITMQ_URL: "http://localhost" }, "RABBITMQ_URL"],
  ["a database URL of another scheme", { MONGODB_URL: "localhost:27017" }, "MONGODB_URL"],
  ["both ports the same", { PORT: "9000", OPS_PORT: "9000" }, "OPS_PORT"],
  ["a certificate without a key", { TLS_CERT_FILE: "config.test.ts" }, "TLS_KEY_FILE"],
  ["a key without a certificate", { TLS_KEY_FILE: "config.test.ts" }, "TLS_CERT_FILE"],
  ["a client CA without a certificate", { TLS_CLIENT_CA_FILE: "config.test.ts" }, "TLS_CERT_FILE"],
  [
    "a certificate that cannot be read",
    { TLS_CERT_FILE: "nowhere.pem", TLS_KEY_FILE: "config.test.ts" },
    "TLS_CERT_FILE",
  ],
  [
    "a certificate that is none",
    { TLS_CERT_FILE: "config.test.ts", TLS_KEY_FILE: "config.test.ts" },
    "TLS_CERT_FILE",
  ],
  ["a data directory that is a file", { DATA_DIR: "config.test.ts" }, "DATA_DIR"],
  ["a data directory below a file", { DATA_DIR: "config.test.ts/data" }, "DATA_DIR"],
  ["a secret given twice", { OPS_TOKENS_FILE: "config.test.ts" }, "OPS_TOKENS"],
  ["a list of separators only", { WHATSAPP_APP_SECRET: ", ," }, "WHATSAPP_APP_SECRET"],
  ["`work` apart without its servers", {}, "RABBITMQ_URL", "work"],
  ["`receive` apart with the broker only", { RABBITMQ_URL: "amqp://x" }, "MONGODB_URL", "receive"],
  ["`ops` apart with the database only", { MONGODB_URL: "mongodb://x" }, "RABBITMQ_URL", "ops"],
];

describe("A problem with the environment", () => {
  for (const [title, env, where, role] of wrong) {
    it(`is reported with its key and a remedy: ${title}`, async () => {
      const { problems } = await problemsOf({ ...secrets, ...env }, import.meta.dirname, role);
      const problem = problems.find((candidate) => candidate.where === where);
      assert.ok(problem, JSON.stringify(problems));
      assert.ok(problem.problem.length > 8 && problem.remedy.length > 8);
    });
  }

  it("is reported for a secret's file that is missing, empty or a directory", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, "empty"), " \n");
    for (const [file, reason] of [
      ["none", /ENOENT/],
      [".", /EISDIR/],
      ["empty", /empty/],
    ] as const) {
      const { problems } = await problemsOf(
        { ...urls, RABBITMQ_URL: "", RABBITMQ_URL_FILE: file },
        cwd,
      );
      assert.equal(problems[0]?.where, "RABBITMQ_URL_FILE");
      assert.match(problems[0]?.problem ?? "", reason);
    }
  });

  it("is reported for a .env that cannot be read", async (t) => {
    const cwd = await tempDir(t);
    await mkdir(path.join(cwd, ".env"));
    assert.equal((await problemsOf({ ...secrets }, cwd)).problems[0]?.where, ".env");
  });

  it("comes together with all others, each once", async (t) => {
    const { problems, message } = await problemsOf(
      { NODE_ENV: "production", PORT: "x", SPOOL: "x", RABBITMQ_URL: "x", TLS_CERT_FILE: "x" },
      await tempDir(t),
      "receive",
    );
    assert.deepEqual(problems.map(({ where }) => where).sort(), [
      "MONGODB_URL",
      "PORT",
      "RABBITMQ_URL",
      "SPOOL",
      "TLS_CERT_FILE",
      "TLS_KEY_FILE",
      "WHATSAPP_APP_SECRET",
      "WHATSAPP_VERIFY_TOKEN",
    ]);
    for (const { where } of problems) assert.ok(message.includes(`${where}: `));
    const broker = problems.find(({ where }) => where === "RABBITMQ_URL");
    assert.match(broker?.problem ?? "", /form/, "what is refused is not called missing");
  });

  it("never shows a secret, in a message, JSON or inspect", async (t) => {
    const cwd = await tempDir(t);
    const canary = "c4n4ry";
    const env = {
      WHATSAPP_APP_SECRET: `${canary}1`,
      WHATSAPP_VERIFY_TOKEN: `${canary}2`,
      OPS_TOKENS: `${canary}3`,
      RABBITMQ_URL: `amqp://u:${canary}4@localhost`,
      MONGODB_URL: `mongodb://u:${canary}5@localhost/w`,
    };
    const config = await loadConfig({ ...env }, "start", { cwd });
    const client = await loadClient({ ...env }, cwd);
    const broken = Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, ` ${value} ,`]),
    );
    const error = await problemsOf({ ...broken, PORT: canary, SPOOL: canary }, cwd);
    for (const value of [config, client, error, config.whatsapp, config.ops, { config }]) {
      for (const shown of [JSON.stringify(value), inspect(value, { depth: 9 }), `${value}`]) {
        assert.ok(!shown.includes(canary), shown);
      }
    }
    assert.equal(config.rabbitmqUrl, env.RABBITMQ_URL);
    assert.equal(client.appSecret, env.WHATSAPP_APP_SECRET);
  });
});

describe("Warnings", () => {
  const warningsFor = async (env: NodeJS.ProcessEnv) =>
    (await loadConfig({ ...secrets, ...env }, "start", { cwd: tmpdir() })).warnings;

  it("name the key that a misspelt one probably means", async () => {
    assert.deepEqual(await warningsFor({ RABITMQ_URL: "x", WHATSAPP_APP_SECRETS: "x" }), [
      "RABITMQ_URL is not a key of Waypost; did you mean RABBITMQ_URL?",
      "WHATSAPP_APP_SECRETS is not a key of Waypost; did you mean WHATSAPP_APP_SECRET?",
    ]);
  });

  it("leave the usual variables of a shell alone", async () => {
    const usual = {
      HOME: "x",
      HOSTNAME: "x",
      PATH: "x",
      PWD: "x",
      SHLVL: "1",
      POST: "x",
      LANG: "C",
    };
    assert.deepEqual(await warningsFor(usual), []);
  });

  it("tell an app secret that cannot be Meta's, and a body limit below Meta's", async () => {
    const warnings = await warningsFor({ WHATSAPP_APP_SECRET: "EAAB", MAX_BODY_BYTES: "1024" });
    assert.equal(warnings.length, 2);
    assert.match(warnings.join(), /access token.*3 MB/s);
  });
});

describe("Generated secrets", () => {
  const file = (cwd: string) => path.join(cwd, "data", "secrets.env");

  it("are made once, for the owner only, and found by the next start and by the client", async (t) => {
    const cwd = await tempDir(t);
    const first = await loadConfig({}, "start", { cwd });
    const second = await loadConfig({}, "start", { cwd });
    assert.deepEqual(first.generated, Object.keys(secrets));
    assert.deepEqual(second.generated, first.generated);
    assert.deepEqual(second.whatsapp.appSecrets, first.whatsapp.appSecrets);
    assert.match(first.whatsapp.appSecrets[0] ?? "", /^[0-9a-f]{32}$/);
    assert.deepEqual(first.warnings, []);
    assert.equal((await stat(file(cwd))).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(file(cwd)))).mode & 0o777, 0o700);

    const client = await loadClient({}, cwd);
    assert.equal(client.appSecret, first.whatsapp.appSecrets[0]);
    assert.equal(client.verifyToken, first.whatsapp.verifyTokens[0]);
    assert.equal(client.opsToken, first.ops.tokens[0]);
  });

  it("are only those that are missing", async (t) => {
    const cwd = await tempDir(t);
    const config = await loadConfig({ OPS_TOKENS: "mine", WHATSAPP_VERIFY_TOKEN: "v" }, "start", {
      cwd,
    });
    assert.deepEqual(config.generated, ["WHATSAPP_APP_SECRET"]);
    assert.deepEqual(config.ops.tokens, ["mine"]);
    const later = await loadConfig({ OPS_TOKENS: "mine" }, "start", { cwd });
    assert.deepEqual(later.whatsapp.appSecrets, config.whatsapp.appSecrets);
    assert.equal(later.whatsapp.verifyTokens.length, 1);
  });

  it("are not used instead of one that is given", async (t) => {
    const cwd = await tempDir(t);
    await loadConfig({}, "start", { cwd });
    const config = await loadConfig({ WHATSAPP_VERIFY_TOKEN: "given" }, "start", { cwd });
    assert.deepEqual(config.whatsapp.verifyTokens, ["given"]);
    assert.equal((await loadClient({ OPS_TOKENS: "given,old" }, cwd)).opsToken, "given");
  });

  it("survive an editor that left out the last line end, and a torn line", async (t) => {
    const cwd = await tempDir(t);
    await mkdir(path.dirname(file(cwd)));
    await writeFile(file(cwd), "OPS_TOKENS=mine\nWHATSAPP_APP_SEC");
    const config = await loadConfig({}, "start", { cwd });
    assert.deepEqual(config.ops.tokens, ["mine"]);
    assert.equal(config.whatsapp.appSecrets.length, 1);
  });

  it("are the same for starts at the same moment", { timeout: 60_000 }, async (t) => {
    const cwd = await tempDir(t);
    const here = moduleUrl("../../src/config/config.ts", import.meta.url).href;
    const script = `import { loadConfig } from ${JSON.stringify(here)};
      loadConfig({}, "start", { cwd: ${JSON.stringify(cwd)} }).then((c) =>
        process.stdout.write([c.whatsapp.appSecrets, c.whatsapp.verifyTokens, c.ops.tokens].join()));`;
    const start = () =>
      promisify(execFile)(process.execPath, [...sourceLoader, "--input-type=module", "-e", script]);
    const outputs = await Promise.all([
      ...Array.from({ length: 4 }, start),
      ...Array.from({ length: 20 }, async () => {
        const c = await loadConfig({}, "start", { cwd });
        return { stdout: [c.whatsapp.appSecrets, c.whatsapp.verifyTokens, c.ops.tokens].join() };
      }),
    ]);
    assert.equal(new Set(outputs.map(({ stdout }) => stdout)).size, 1);
  });

  it("are refused in words when DATA_DIR cannot be written", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, "data"), "a file");
    const { problems } = await problemsOf({}, cwd);
    assert.equal(problems[0]?.where, "DATA_DIR");
  });

  it("are neither made nor read in production", async (t) => {
    const cwd = await tempDir(t);
    await loadConfig({}, "start", { cwd });
    const before = await readFile(file(cwd), "utf8");
    const { problems } = await problemsOf({ NODE_ENV: "production" }, cwd);
    assert.deepEqual(
      problems.map(({ where }) => where),
      Object.keys(secrets),
    );
    assert.equal(await readFile(file(cwd), "utf8"), before);
  });
});

describe("loadClient", () => {
  it("generates nothing and says where a server with these settings is reached", async (t) => {
    const cwd = await tempDir(t);
    const client = await loadClient({ OPS_HOST: "::1", OPS_PORT: "9", PORT: "7" }, cwd);
    assert.equal(client.opsUrl, "http://[::1]:9");
    assert.equal(client.webhookUrl, "http://127.0.0.1:7/webhooks/whatsapp");
    assert.equal(client.opsToken, undefined);
    await assert.rejects(stat(path.join(cwd, "data")), { code: "ENOENT" });
  });

  it("makes no secrets when it only checks", async (t) => {
    const cwd = await tempDir(t);
    const config = await loadConfig({}, "start", { cwd, generate: false });
    assert.deepEqual([config.generated, config.ops.tokens], [[], []]);
    await assert.rejects(stat(path.join(cwd, "data")), { code: "ENOENT" });
  });

  it("reports bad keys as the server does", async (t) => {
    await assert.rejects(loadClient({ OPS_PORT: "x" }, await tempDir(t)), ConfigError);
  });
});
