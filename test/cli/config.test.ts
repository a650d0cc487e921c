import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { loadPlan, readRouting } from "../../src/app/plan.ts";
import { readEvents, readTested } from "../../src/cli/common/read-events.ts";
import { eventOf } from "../../src/cli/common/told-events.ts";
import { checkConfig, type ReadRouting } from "../../src/cli/config.ts";
import { testRoutes } from "../../src/cli/routes.ts";
import { loadConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadRouting } from "../../src/config/load-routing.ts";
import { tempDir } from "../config/temp-dir.ts";
import { textEvent } from "../support/sample-events.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const root = path.resolve(import.meta.dirname, "../..");
const testSecret = `whsec_${"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`;
const kinds = { slack: { schema: { type: "object", properties: { token: { type: "string" } } } } };
const read: ReadRouting = (env, _hasRabbit, cwd) => loadRouting(env, kinds, cwd);
const yaml = `destinations:
  support: { kind: slack, token: "\${TOKEN}" }
  quiet: { kind: slack }
routes:
  - { name: texts, when: { type: whatsapp.message.text }, to: support }
  - { name: agents, when: { text: { contains: agent } }, to: [support, quiet] }
`;

async function folder(t: TestContext, content: string): Promise<string> {
  const cwd = await tempDir(t);
  await writeFile(path.join(cwd, "waypost.yaml"), content);
  return cwd;
}

const module = (path: string) => moduleUrl(`../../src/${path}`, import.meta.url);
// Found from here, as the program runs in another folder.
const loader = sourceLoader.map((word) => (word === "tsx" ? import.meta.resolve(word) : word));

/** A program with only these commands, as the command line would build it. */
const program = `
import { Command } from "${import.meta.resolve("commander")}";
import { registerConfigCheck } from "${module("cli/config.ts")}";
import { loadRouting } from "${module("config/load-routing.ts")}";
import { registerRoutesTest } from "${module("cli/routes.ts")}";
const kinds = ${JSON.stringify(kinds)};
const { env } = process;
const program = new Command("waypost").exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));
registerConfigCheck(program, env, (env, _hasRabbit, cwd) => loadRouting(env, kinds, cwd));
const preview = (name, _config, event) => ({ text: name + ": " + event.data.message.text.body });
registerRoutesTest(program, { env, kinds, preview, resolve: (flags) => ({ url: flags.url, token: "t" }) });
program.parseAsync();
`;

async function run(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { PATH } = process.env;
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [...loader, "--input-type=module", "-e", program, "--", ...args],
      { cwd, env: { PATH, ...env } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("checkConfig", () => {
  it("lists the problems of environment and file together, and makes no secrets", async (t) => {
    const cwd = await folder(t, yaml.replace("to: support", "to: suport"));
    const { problems } = await checkConfig({ PORT: "x", DATA_DIR: "made" }, "start", read, cwd);
    assert.ok(!existsSync(path.join(cwd, "made")));
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["PORT", "waypost.yaml:2 destinations.support.token", "waypost.yaml:5 routes[0].to"],
    );
  });

  it("counts what there is, and passes warnings on", async (t) => {
    const cwd = await folder(t, yaml.replace(", quiet]", "]"));
    const found = await checkConfig({ TOKEN: "x", OPS_PROT: "1" }, "start", read, cwd);
    assert.deepEqual(found, {
      problems: [],
      warnings: [
        "OPS_PROT is not a key of Waypost; did you mean OPS_PORT?",
        "no route leads to the destination quiet",
      ],
      destinations: 2,
      routes: 2,
    });
  });
});

describe("checkConfig, as a start reads the file", () => {
  const example = path.join(root, "waypost.example.yaml");
  const env = {
    SLACK_BOT_TOKEN: "xoxb-1",
    ERP_SECRET: testSecret,
    STRIPE_WHSEC: "whsec_invented",
    FORM_KEY: "f",
    NODE_ENV: "development",
  };

  it("finds what is wrong with the templates and secrets of sources, with line and remedy", async (t) => {
    const sources = (secret: string, data: string) => `accounts:
  berlin: { phoneNumberId: "700700700700700" }
sources:
  shop:
    kind: hook
    secret: ${secret}
    account: berlin
    emit: [{ type: business.x, data: { a: ["${data}"] } }]
`;
    const problemsOf = async (yaml: string) => {
      const { problems } = await checkConfig(env, "start", readRouting, await folder(t, yaml));
      assert.ok(problems.every(({ remedy }) => remedy.includes("docs/")));
      return problems.map(({ where, problem }) => `${where}: ${problem}`);
    };
    assert.deepEqual(await problemsOf(sources("not base64!", "{{ body.a }}")), [
      "waypost.yaml:6 sources.shop.secret: a secret must be whsec_ and base64",
    ]);
    const good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert.deepEqual(await problemsOf(sources(good, "{{ body.a | nope }}")), [
      "waypost.yaml:8 sources.shop.emit[0].data.a[0]: is not a template that can be read (undefined filter: nope, line:1, col:1)",
    ]);
  });

  it("finds that the example's queue needs RabbitMQ, with the line and a remedy, as a start does", async (t) => {
    const cwd = await folder(t, await readFile(example, "utf8"));
    const { problems } = await checkConfig(env, "start", readRouting, cwd);
    assert.deepEqual(problems, [
      {
        where: "waypost.yaml:35 destinations.billing.kind",
        problem: "queue needs RabbitMQ",
        remedy: "Set RABBITMQ_URL, or remove the destination",
      },
    ]);
    const given = { ...env, WAYPOST_CONFIG: path.join(cwd, "waypost.yaml") };
    const config = await loadConfig(given, "start", { cwd });
    await assert.rejects(loadPlan(given, config), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems, problems);
      return true;
    });
  });

  it("does not where RabbitMQ is given, also by an address that is wrong", async (t) => {
    const cwd = await folder(t, await readFile(example, "utf8"));
    const wheres = async (more: NodeJS.ProcessEnv) => {
      const found = await checkConfig({ ...env, ...more }, "start", readRouting, cwd);
      return found.problems.map(({ where }) => where);
    };
    assert.deepEqual(await wheres({ RABBITMQ_URL: "amqp://localhost" }), []);
    assert.deepEqual(await wheres({ RABBITMQ_URL: "localhost" }), ["RABBITMQ_URL"]);
  });

  it("finds what only making a destination or the alerts' sender finds, in each of them", async (t) => {
    const cwd = await folder(
      t,
      `destinations:
  erp: { kind: webhook, url: "http://erp.example/", secret: "${testSecret}" }
  support: { kind: slack, token: "no token", channel: "#support" }
alerts:
  to: { kind: queue, queue: alarms }
`,
    );
    const { problems } = await checkConfig(env, "start", readRouting, cwd);
    assert.deepEqual(
      problems.map(({ where }) => where),
      [
        "waypost.yaml:2 destinations.erp.url",
        "waypost.yaml:3 destinations.support.token",
        "waypost.yaml:5 alerts.to.kind",
      ],
    );
  });

  it("finds what only making a destination with a route's options finds, at the route alone", async (t) => {
    const cwd = await folder(
      t,
      `destinations:
  erp: { kind: webhook, url: "https://erp.example/", secret: "${testSecret}" }
  bad: { kind: webhook, url: "http://erp.example/", secret: "${testSecret}" }
routes:
  - { name: fine, when: { type: business.x }, to: [erp, { bad: { format: event } }] }
  - name: other
    when: { type: business.y }
    to:
      - erp: { url: "http://other.example/" }
`,
    );
    const { problems } = await checkConfig(env, "start", readRouting, cwd);
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["waypost.yaml:3 destinations.bad.url", "waypost.yaml:8 routes[1].to.erp.url"],
    );
  });
});

describe("waypost config check", () => {
  it("exits with 0 when all is well", { timeout: 60_000 }, async (t) => {
    const { code, stdout } = await run(await folder(t, yaml), ["config", "check"], { TOKEN: "x" });
    assert.equal(code, 0);
    assert.match(stdout, /no problems\. Destinations: 2, routes: 2/);
  });

  it("exits with 2, prints every problem and no secret", { timeout: 60_000 }, async (t) => {
    const cwd = await folder(t, yaml.replace("slack, token", "slack, tokn"));
    const env = { TOKEN: "c4n4ry", PORT: "c4n4ry", NODE_ENV: "production" };
    const { code, stdout, stderr } = await run(cwd, ["config", "check"], env);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /5 problems:\n {2}PORT: .*\n(.*\n)*.*waypost\.yaml:2 destinations\.support\.tokn: .*mean token\?/,
    );
    assert.ok(!`${stdout}${stderr}`.includes("c4n4ry"));
    const json = await run(cwd, ["config", "check", "--json"], env);
    assert.equal(json.code, 2);
    assert.equal(JSON.parse(json.stdout).problems.length, 5);
  });
});

describe("testRoutes", () => {
  it("says which routes match, why others do not, and what would be sent", async (t) => {
    const routing = await loadRouting({ TOKEN: "x" }, kinds, await folder(t, yaml));
    const result = await testRoutes(textEvent(1, "hello"), routing, (name, { kind }, { id }) => ({
      name,
      kind,
      id,
    }));
    assert.deepEqual(result, {
      event: { id: "evt_1", type: "whatsapp.message.text" },
      routes: [
        { route: "texts", to: ["support"], matches: true, held: 1 },
        {
          route: "agents",
          to: ["support", "quiet"],
          matches: false,
          held: 0,
          because: "text.contains",
        },
      ],
      deliveries: [
        {
          destination: "support",
          kind: "slack",
          route: "texts",
          wouldSend: { name: "support", kind: "slack", id: "evt_1" },
        },
      ],
    });
  });

  it("goes on when one destination cannot render the event", async (t) => {
    const routing = await loadRouting({ TOKEN: "x" }, kinds, await folder(t, yaml));
    const { deliveries } = await testRoutes(textEvent(1, "agent"), routing, (name) => {
      if (name === "support") throw new RangeError("c4n4ry");
      return "fine";
    });
    assert.deepEqual(
      deliveries.map(({ wouldSend }) => wouldSend),
      [{ cannotBeRendered: "RangeError" }, "fine"],
    );
  });
});

const webhook = {
  object: "whatsapp_business_account",
  entry: [
    {
      id: "900100200300400",
      changes: [
        {
          field: "messages",
          value: {
            messaging_product: "whatsapp",
            metadata: { display_phone_number: "15555550100", phone_number_id: "700700700700700" },
            contacts: [{ profile: { name: "Mia" }, wa_id: "15555550123" }],
            messages: ["one", "two"].map((body, i) => ({
              from: "15555550123",
              id: `wamid.T${i}`,
              timestamp: "1790000011",
              type: "text",
              text: { body },
            })),
          },
        },
      ],
    },
  ],
};

describe("readEvents", () => {
  it("takes an event, events, or a webhook of Meta's", () => {
    const one = textEvent(1);
    assert.deepEqual(readEvents(JSON.stringify(one), "f"), [one]);
    assert.deepEqual(readEvents(JSON.stringify([one, one]), "f"), [one, one]);
    const made = readEvents(JSON.stringify(webhook), "f");
    assert.deepEqual(
      made.map(({ data }) => data.message?.text?.body),
      ["one", "two"],
    );
  });

  it("takes what services tell as well, with the accounts of waypost.yaml, or says what is wrong with it", () => {
    const told = { type: "business.order.paid", account: "berlin", business: {} };
    const cloud = { specversion: "1.0", source: "/shop", type: told.type, id: "o-1" };
    const full = { ...cloud, data: { account: "berlin", business: {} } };
    for (const each of [told, full]) {
      const [only] = readTested(JSON.stringify([each]), "f");
      assert.deepEqual(only, { told: each });
      const event = eventOf(each, "f", { berlin: { phoneNumberId: "7001" } });
      assert.equal(event.data.account.phoneNumberId, "7001");
    }
    const one = textEvent(1);
    assert.deepEqual(readTested(JSON.stringify(one), "f"), [{ event: one }]);
    assert.throws(() => eventOf(told, "told.json", {}), {
      name: "CommandError",
      message: /told\.json holds no event .*\n {2}\/account is no account of waypost\.yaml: Use /,
    });
  });

  it("refuses everything else in words", () => {
    for (const text of ["", "{", "[]", "{}", "null", '{"object":"page"}']) {
      assert.throws(() => readEvents(text, "f.json"), { name: "CommandError", exitCode: 2 }, text);
    }
  });
});

describe("waypost routes test", () => {
  it("shows each event of a file", { timeout: 60_000 }, async (t) => {
    const cwd = await folder(t, yaml);
    await writeFile(path.join(cwd, "two.json"), JSON.stringify(webhook));
    const { code, stdout } = await run(cwd, ["routes", "test", "--here", "two.json"], {
      TOKEN: "x",
    });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /✓ texts → support\n {2}✗ agents: the text does not match \(text\.contains\)/,
    );
    assert.match(stdout, /would be sent to support \(slack\):\n {4}\{\n {6}"text": "support: one"/);
    assert.match(stdout, /"support: two"/);
  });

  it("falls back to the file here where nobody answers, and says so", {
    timeout: 60_000,
  }, async (t) => {
    const cwd = await folder(t, yaml);
    await writeFile(path.join(cwd, "two.json"), JSON.stringify(webhook));
    const args = ["routes", "test", "two.json", "--url", "http://127.0.0.1:1"];
    const { code, stdout, stderr } = await run(cwd, args, { TOKEN: "x" });
    assert.equal(code, 0);
    assert.match(stdout, /"support: two"/);
    assert.match(stderr, /by the waypost\.yaml here/);
  });

  it("asks the ops API for an event id", { timeout: 60_000 }, async (t) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(textEvent(7, "an agent")));
    }).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = ["routes", "test", "evt_7", "--here", "--json", "--url", url];
    const { code, stdout } = await run(await folder(t, yaml), args, { TOKEN: "x" });
    assert.equal(code, 0);
    assert.deepEqual(asked, ["/api/events/evt_7 Bearer t"]);
    const { deliveries } = JSON.parse(stdout);
    assert.deepEqual(
      deliveries.map((each: { destination: string }) => each.destination),
      ["support", "quiet"],
    );
  });

  it("exits with 2 for a file that is not there", { timeout: 60_000 }, async (t) => {
    const { code, stderr } = await run(await folder(t, yaml), ["routes", "test", "no.json"], {
      TOKEN: "x",
    });
    assert.equal(code, 2);
    assert.match(stderr, /no file no\.json/);
  });
});
