import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadRouting } from "../../src/config/load-routing.ts";
import { closest } from "../../src/config/typos.ts";
import { parseRate } from "../../src/config/units.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { parseDuration } from "../../src/support/duration.ts";
import { tempDir } from "./temp-dir.ts";

const text = { type: "string", minLength: 1 };
const kinds = {
  webhook: {
    schema: {
      type: "object",
      required: ["url"],
      additionalProperties: false,
      properties: { url: { type: "string", pattern: "^https?://" }, secret: text },
    },
  },
  slack: {
    schema: { type: "object", properties: { token: text, channel: text, mention: text } },
  },
  queue: { schema: { type: "object", required: ["queue"], properties: { queue: text } } },
};

async function load(t: TestContext, yaml: string, env: NodeJS.ProcessEnv = {}) {
  const cwd = await tempDir(t);
  await writeFile(path.join(cwd, "waypost.yaml"), yaml);
  return loadRouting(env, kinds, cwd);
}

async function problemsOf(t: TestContext, yaml: string, env: NodeJS.ProcessEnv = {}) {
  const error = await load(t, yaml, env).then(
    () => assert.fail("a ConfigError was expected"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, inspect(error));
  return error.problems;
}

const base = `destinations:
  a: { kind: slack, channel: x }
routes:
  - { name: r, when: { type: "#" }, to: [a] }
`;

describe("loadRouting", () => {
  it("reads the example", async () => {
    const root = path.resolve(import.meta.dirname, "../..");
    const env = {
      WAYPOST_CONFIG: "waypost.example.yaml",
      SLACK_BOT_TOKEN: "xoxb-1",
      ERP_SECRET: "s",
      STRIPE_WHSEC: "whsec_invented",
      FORM_KEY: "f",
    };
    const routing = await loadRouting(env, kinds, root);
    assert.deepEqual(Object.keys(routing.destinations), ["slack-support", "erp", "billing"]);
    assert.deepEqual(routing.destinations["slack-support"]?.options, {
      token: "xoxb-1",
      channel: "#support",
    });
    const { options, ...erp } = routing.destinations["erp"] ?? assert.fail();
    assert.deepEqual(options, { url: "https://erp.example/hooks", secret: "s" });
    assert.deepEqual(
      { ...erp },
      {
        kind: "webhook",
        retry: {
          delaysMs: [1e3, 1e4, 6e4, 3e5, 18e5, 72e5, 216e5, 432e5],
        },
        ratePerSecond: 10,
        concurrency: 5,
        timeoutMs: 5000,
      },
    );
    assert.deepEqual(
      routing.routes.find(({ test }) => test),
      {
        only: { not: { tag: ["spam"] } },
        name: "orders-and-payments",
        when: { type: ["whatsapp.message.order", "whatsapp.payment.*"] },
        to: ["billing"],
        test: true,
      },
    );
    assert.deepEqual(routing.alerts?.silenceMs, { berlin: 216e5 });
    assert.equal(routing.alerts?.breakerOpenForMs, 6e5);
    assert.equal(routing.alerts?.behindForMs, 36e5);
    assert.deepEqual(routing.warnings, []);
    compileRoutes(routing);
  });

  it("answers with an empty routing where there is no file", async (t) => {
    const routing = await loadRouting({}, kinds, await tempDir(t));
    assert.deepEqual(routing.destinations, {});
    assert.deepEqual(routing.routes, []);
  });

  it("insists on a file that WAYPOST_CONFIG names", async (t) => {
    const load = loadRouting({ WAYPOST_CONFIG: "other.yaml" }, kinds, await tempDir(t));
    await assert.rejects(load, /WAYPOST_CONFIG: its file cannot be read \(ENOENT\)/);
  });

  it("takes empty files and sections of which all is commented out", async (t) => {
    for (const yaml of ["", "# nothing\n", "routes:\n# - all\ndestinations:\n"]) {
      assert.deepEqual((await load(t, yaml)).routes, []);
    }
  });

  it("fills placeholders in string values from the environment, .env and _FILE", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, "three"), "from-file\n");
    await writeFile(path.join(cwd, ".env"), "TWO=from-dotenv\nTHREE_FILE=three\n");
    const yaml = `destinations: { a: { kind: webhook, url: "http://\${ONE}/\${TWO}/$\${X}", secret: "\${THREE}" } }`;
    await writeFile(path.join(cwd, "waypost.yaml"), yaml);
    const routing = await loadRouting({ ONE: "a: [b" }, kinds, cwd);
    assert.deepEqual(routing.destinations["a"]?.options, {
      url: `http://a: [b/from-dotenv/\${X}`,
      secret: "from-file",
    });
  });

  it("warns of a destination to which no route leads", async (t) => {
    const routing = await load(t, "destinations: { lonely: { kind: slack } }");
    assert.deepEqual(routing.warnings, ["no route leads to the destination lonely"]);
  });

  it("is frozen and hides options from JSON and inspect", async (t) => {
    const routing = await load(t, `destinations: { a: { kind: slack, token: "\${T}" } }`, {
      T: "c4n4ry",
    });
    assert.equal(routing.destinations["a"]?.options["token"], "c4n4ry");
    assert.ok(Object.isFrozen(routing.destinations["a"].options));
    assert.ok(!`${JSON.stringify(routing)}${inspect(routing, { depth: 9 })}`.includes("c4n4ry"));
  });

  it("has a hash that key order, comments and secrets leave as it is, and content changes", async (t) => {
    const one = await load(t, `destinations: { a: { kind: slack, token: "\${T}" } }`, { T: "1" });
    const same = await load(t, `# c\ndestinations:\n  a: { token: "\${T}", kind: slack }`, {
      T: "2",
    });
    assert.equal(one.hash, same.hash);
    assert.notEqual(
      one.hash,
      (await load(t, `destinations: { b: { kind: slack, token: "\${T}" } }`, { T: "1" })).hash,
    );
    const route = (type: string) => load(t, base.replace('"#"', `"\${TYPE}"`), { TYPE: type });
    assert.notEqual((await route("business.a.#")).hash, (await route("business.b.#")).hash);
  });
});

const wrong: [title: string, yaml: string, where: string, words: RegExp][] = [
  ["an unknown key", `${base}routs: []\n`, "waypost.yaml:5 routs", /known.*mean routes/],
  [
    "an unknown key in a route",
    base.replace("to:", "test: true, too: 1, to:"),
    "waypost.yaml:4 routes[0].too",
    /known/,
  ],
  [
    "an unknown condition",
    base.replace("type:", "typ:"),
    "waypost.yaml:4 routes[0].when.typ",
    /mean type/,
  ],
  [
    "an unknown option of a kind",
    base.replace("channel", "chanel"),
    "waypost.yaml:2 destinations.a.chanel",
    /mean channel/,
  ],
  [
    "a missing option",
    "destinations:\n  w: { kind: webhook }",
    "waypost.yaml:2 destinations.w.url",
    /missing/,
  ],
  [
    "a bad option",
    "destinations:\n  w:\n    kind: webhook\n    url: ftp://x",
    "waypost.yaml:4 destinations.w.url",
    /match/,
  ],
  [
    "an unknown kind",
    base.replace("slack", "slak"),
    "waypost.yaml:2 destinations.a.kind",
    /"slak".*webhook, slack, queue/,
  ],
  [
    "a kind that only Object has",
    base.replace("slack", "constructor"),
    "waypost.yaml:2 destinations.a.kind",
    /no kind/,
  ],
  [
    "a missing kind",
    base.replace("kind: slack, ", ""),
    "waypost.yaml:2 destinations.a.kind",
    /missing/,
  ],
  [
    "a dangling destination",
    base.replace("[a]", "[a, ab]"),
    "waypost.yaml:4 routes[0].to[1]",
    /"ab"/,
  ],
  [
    "a dangling destination, not in a list",
    base.replace("[a]", "slack-suport"),
    "waypost.yaml:4 routes[0].to",
    /destinations/,
  ],
  [
    "a destination that only Object has",
    base.replace("[a]", "[constructor]"),
    "waypost.yaml:4 routes[0].to[0]",
    /"constructor"/,
  ],
  [
    "a dangling account",
    base.replace("type:", "account: berlin, type:"),
    "waypost.yaml:4 routes[0].when.account",
    /"berlin"/,
  ],
  [
    "a dangling account below not",
    base.replace('type: "#"', "not: { account: [x] }"),
    "waypost.yaml:4 routes[0].when.not.account[0]",
    /"x"/,
  ],
  [
    "a dangling account of an alert",
    `${base}alerts: { to: { kind: slack }, silence: { rome: 1h } }`,
    "waypost.yaml:5 alerts.silence.rome",
    /"rome"/,
  ],
  [
    "a bad alert destination",
    `${base}alerts: { to: { kind: pager } }`,
    "waypost.yaml:5 alerts.to.kind",
    /"pager"/,
  ],
  [
    "a bad pattern",
    base.replace('"#"', '"WhatsApp.*"'),
    "waypost.yaml:4 routes[0].when.type",
    /"WhatsApp\.\*".*segments/,
  ],
  [
    "a bad pattern in a list",
    base.replace('"#"', '["#", "a..b"]'),
    "waypost.yaml:4 routes[0].when.type[1]",
    /pattern/,
  ],
  [
    "a bad expression",
    base.replace('type: "#"', 'text: { matches: "(" }'),
    "waypost.yaml:4 routes[0].when.text.matches",
    /RE2.*missing closing/,
  ],
  [
    "a look-ahead",
    base.replace('type: "#"', "text: { matches: ['a', '(?=x)'] }"),
    "waypost.yaml:4 routes[0].when.text.matches[1]",
    /look-around/,
  ],
  [
    "a bad duration",
    base.replace("channel: x", "timeout: 5 minutes"),
    "waypost.yaml:2 destinations.a.timeout",
    /duration.*10s/,
  ],
  [
    "a number for a duration",
    base.replace("channel: x", "timeout: 5"),
    "waypost.yaml:2 destinations.a.timeout",
    /unit/,
  ],
  [
    "a timeout out of range",
    base.replace("channel: x", "timeout: 2min"),
    "waypost.yaml:2 destinations.a.timeout",
    /1min/,
  ],
  [
    "a bad delay",
    base.replace("channel: x", "retry: { delays: [1s, soon] }"),
    "waypost.yaml:2 destinations.a.retry.delays[1]",
    /duration/,
  ],
  [
    "a bad rate",
    base.replace("channel: x", "rate: 10 per second"),
    "waypost.yaml:2 destinations.a.rate",
    /rate.*10\/s/,
  ],
  [
    "a rate of nothing",
    base.replace("channel: x", "rate: 0/s"),
    "waypost.yaml:2 destinations.a.rate",
    /nothing/,
  ],
  [
    "no concurrency",
    base.replace("channel: x", "concurrency: 0"),
    "waypost.yaml:2 destinations.a.concurrency",
    />= 1/,
  ],
  [
    "a route name twice",
    `${base}  - { name: r, when: { type: business.x }, to: a }`,
    "waypost.yaml:5 routes[1].name",
    /"r" already/,
  ],
  [
    "a bad route name",
    base.replace("name: r", "name: My Route"),
    "waypost.yaml:4 routes[0].name",
    /lower-case/,
  ],
  [
    "a bad destination name",
    `${base.replace("a:", "A_B:").replace("[a]", "[A_B]")}`,
    "waypost.yaml:2 destinations.A_B",
    /lower-case/,
  ],
  ["a missing name", base.replace("name: r, ", ""), "waypost.yaml:4 routes[0].name", /missing/],
  [
    "a route without conditions",
    base.replace('type: "#"', ""),
    "waypost.yaml:4 routes[0].when",
    /fewer than 1/,
  ],
  [
    "an id that is not in quotes",
    `${base}accounts:\n  b: { phoneNumberId: 700700 }`,
    "waypost.yaml:6 accounts.b.phoneNumberId",
    /quotes/,
  ],
  [
    "an error code that is text",
    base.replace('type: "#"', 'errorCode: ["x"]'),
    "waypost.yaml:4 routes[0].when.errorCode[0]",
    /integer/,
  ],
  [
    "a missing variable",
    base.replace("channel: x", `token: "\${NOPE}"`),
    "waypost.yaml:2 destinations.a.token",
    /has no NOPE.*NOPE_FILE/,
  ],
  [
    "a variable whose file is missing",
    base.replace("channel: x", `token: "\${F}"`),
    "waypost.yaml:2 destinations.a.token",
    /F_FILE.*ENOENT/,
  ],
  [
    "a broken placeholder",
    base.replace("channel: x", `token: "a\${B-c}"`),
    "waypost.yaml:2 destinations.a.token",
    /no reference/,
  ],
  [
    "an open placeholder",
    base.replace("channel: x", `token: "a\${NAME"`),
    "waypost.yaml:2 destinations.a.token",
    /no reference/,
  ],
  ["a section of the wrong type", "routes: all\n", "waypost.yaml:1 routes", /array/],
  ["a list at the top", "- a\n", "waypost.yaml:1", /object/],
  ["a duplicate key", `${base}routes: []\n`, "waypost.yaml:5", /twice/],
  ["a tab", "routes:\n\t- a\n", "waypost.yaml:2", /tab/],
  ["an open quote", 'routes: "x\n', "waypost.yaml:2", /Close the quote/],
  ["an unknown tag", "routes: !x []\n", "waypost.yaml:1", /YAML/],
];

describe("A problem in waypost.yaml", () => {
  for (const [title, yaml, where, words] of wrong) {
    it(`is reported with line, path and remedy: ${title}`, async (t) => {
      const problems = await problemsOf(t, yaml, { F_FILE: "/does/not/exist", NAME: "x" });
      const found = problems.find((problem) => problem.where === where);
      assert.ok(found, inspect(problems));
      assert.match(`${found.problem}. ${found.remedy}`, words);
      assert.ok(found.remedy.length > 2);
    });
  }

  it("comes together with all others, each place once", async (t) => {
    const yaml = `accounts:
  berlin: { phoneNumber: "1" }
destinations:
  a: { kind: slack, chanel: x, timeout: fast, rate: 1 }
  b: { kind: smoke }
routes:
  - { name: r, when: { type: "A", account: x, text: { matches: "[" } }, to: [c] }
  - { name: r, when: {}, to: [] }
  - 7
extra: 1
`;
    const problems = await problemsOf(t, yaml);
    const places = problems.map(({ where }) => where.split(" ")[1]);
    assert.deepEqual(places.sort(), [
      "accounts.berlin.phoneNumber",
      "destinations.a.chanel",
      "destinations.a.rate",
      "destinations.a.timeout",
      "destinations.b.kind",
      "extra",
      "routes[0].to[0]",
      "routes[0].when.account",
      "routes[0].when.text.matches",
      "routes[0].when.type",
      "routes[1].name",
      "routes[1].to",
      "routes[1].when",
      "routes[2]",
    ]);
  });

  it("never shows what a variable holds, nor a literal secret", async (t) => {
    const canary = "c4n4ry";
    const every = `destinations:
  a: { kind: "\${S}", rate: "\${S}", timeout: "\${S}" }
  b: { kind: slack, token: ${canary}, nope: ${canary} }
  c: { kind: webhook, url: "\${S}", secret: 7 }
routes:
  - { name: "\${S}", to: "\${S}", when: { type: "\${S}", account: "\${S}", text: { matches: "\${S}(" } } }
`;
    for (const yaml of [
      every,
      `a: "${canary}\n`,
      `a: ${canary}: ${canary}\n`,
      `a: *${canary}\n`,
      `a: @${canary}\n`,
      `a: !${canary} x\n`,
      `${canary}`,
    ]) {
      const shown = inspect(await problemsOf(t, yaml, { S: `${canary} X` }), { depth: 9 });
      assert.ok(!shown.includes(canary), shown);
    }
  });

  it("is no exception of the library when aliases multiply", async (t) => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `x${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}]`,
    );
    const [problem] = await problemsOf(t, `x0: &l0 [a, b]\n${levels.join("\n")}\n`);
    assert.match(problem?.problem ?? "", /too often/);
  });

  it("is no endless one when a part holds itself", async (t) => {
    for (const yaml of ["routes: &a [*a]\n", "routes: &a [{ name: x, when: { not: *a } }]\n"]) {
      const [problem] = await problemsOf(t, yaml);
      assert.match(problem?.problem ?? "", /too often/);
    }
  });
});

describe("Units", () => {
  it("are read as milliseconds and as a number per second", () => {
    const durations = ["500ms", "1s", "1.5s", "10min", "2h", "1d"];
    assert.deepEqual(durations.map(parseDuration), [500, 1000, 1500, 6e5, 72e5, 864e5]);
    assert.deepEqual(["10/s", "60/min", "1800/h", "0.5/s"].map(parseRate), [10, 1, 0.5, 0.5]);
  });

  it("are refused in any other form", () => {
    for (const text of ["", "1", "s", "1 s", "-1s", "1m", "1S", "1s1s", "1e3s", "Infinitys"]) {
      assert.equal(parseDuration(text), undefined, text);
    }
    for (const text of ["", "10", "10/", "10/day", "/s", "-1/s", "10/s/s"]) {
      assert.equal(parseRate(text), undefined, text);
    }
  });
});

describe("closest", () => {
  it("answers with the nearest within two edits, or with nothing", () => {
    assert.equal(closest("chanel", ["channel", "token"], 2), "channel");
    assert.equal(closest("routes", ["accounts"], 2), undefined);
    assert.equal(closest("HOME", ["HOST"]), undefined);
  });
});

it("waypost.schema.json describes every key", async () => {
  const schema = JSON.parse(
    await readFile(new URL("../../schemas/waypost.schema.json", import.meta.url), "utf8"),
  );
  const visit = (node: Record<string, unknown>, at: string) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
      const inner = value as Record<string, Record<string, unknown>>;
      if (key === "properties" || key === "$defs") {
        for (const [name, property] of Object.entries(inner)) {
          assert.ok(property["description"] ?? property["$ref"], `${at}.${name}`);
        }
      }
      visit(inner, `${at}.${key}`);
    }
  };
  visit(schema, "");
});
