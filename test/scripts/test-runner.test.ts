import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { closingLines, judge, type Outcome } from "../../scripts/test-outcome.ts";
import { type SharedServer, shareServers } from "../../scripts/test-servers.ts";
import { rabbitInstalled } from "../services/rabbitmq.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { waitFor } from "../support/wait-for.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const imports = 'import { describe, it } from "node:test";\n';

/** A tree in which these files are all tests; `use` gets its folder. */
function inTree<T>(files: Record<string, string>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "waypost-runner-"));
  mkdirSync(join(folder, "test"));
  for (const name of ["node_modules", "package.json"])
    symlinkSync(join(root, name), join(folder, name));
  cpSync(join(root, "tsconfig.json"), join(folder, "tsconfig.json"));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, "test", name), imports + text);
  return use(folder);
}

const runner = join(root, "scripts/test.mjs");

/** What the runner says where these files are all tests and nothing is on the path. */
function run(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  return inTree(files, (folder) => {
    try {
      const options = { cwd: folder, env: { PATH: folder, TMPDIR: tmpdir(), ...env } };
      const { status, stdout, stderr } = spawnSync(process.execPath, [runner], {
        ...options,
        encoding: "utf8",
      });
      const lines = stdout.trimEnd().split("\n");
      return { status, stdout, stderr, lines, last: lines.at(-1) };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

const passing = 'it("passes", () => undefined);\n';

/** A test that does not end within two minutes, beside a server that says by a file's name where it listens. */
const listening = `const server = require("node:net").createServer().listen(0, "127.0.0.1", () =>
  require("node:fs").writeFileSync(process.env.PORTS + "/port-" + server.address().port, ""));
setTimeout(() => process.exit(), 120_000);`;
const endless = `import { spawn } from "node:child_process";
it("goes on", () => {
  spawn(process.execPath, ["-e", ${JSON.stringify(listening)}], { stdio: "ignore" });
  return new Promise((resolve) => setTimeout(resolve, 120_000));
});
`;

describe("npm test", () => {
  it("passes when a file's tests and suites are all skipped, and ends with why", () => {
    const { status, lines } = run({
      "passing.test.ts": passing,
      "suite.test.ts": `describe("a", { skip: "needs a #1 thing" }, () => { ${passing} });`,
      "tests.test.ts": `it("a", (t) => t.skip("needs a #1 thing"));\nit("b", { skip: true }, () => {});`,
    });
    assert.equal(status, 0, lines.join("\n"));
    assert.deepEqual(lines.slice(-6), [
      "Skipped tests and suites:",
      "  2 in 2 files: needs a #1 thing",
      "  1 in 1 file: no reason given",
      "`.ci/run` installs what they need (on Debian or Ubuntu, with sudo) and runs everything; see CONTRIBUTING.md.",
      "",
      "1 passed, 0 failed, 3 skipped",
    ]);
  });

  it("fails when a file runs no test, ends early, or fails", () => {
    const { status, stdout, lines, last } = run({
      "early.test.ts": `describe("a", { skip: "x" }, () => {});\nprocess.exit(0);`,
      "empty.test.ts": "",
      "failing.test.ts": `${passing}it("fails", () => { throw new Error("no"); });`,
      "passing.test.ts": passing,
    });
    assert.equal(status, 1);
    for (const name of ["early", "empty", "failing"])
      assert.match(stdout, new RegExp(`^FAILED test/${name}`, "m"));
    assert.equal(last, "2 passed, 3 failed, 0 skipped");
    // A long run is read from its end.
    const again = lines.slice(lines.lastIndexOf("FAILED test/failing.test.ts, once more, alone:"));
    assert.deepEqual(again.slice(1, 3), ["  fails", "    no"]);
  });

  it("ends with what failed in the first try and in the second", () => {
    const counting = (verdict: string) => `import { appendFileSync, readFileSync } from "node:fs";
appendFileSync(import.meta.filename + ".tries", "x");
const tries = readFileSync(import.meta.filename + ".tries", "utf8").length;
describe("a suite", () => it("counts", () => { ${verdict} }));`;
    const { status, lines } = run({
      "both.test.ts": counting('throw new Error("no " + tries);'),
      "first.test.ts": counting('if (tries === 1) throw new Error("no " + tries);'),
    });
    assert.equal(status, 1);
    // Where it was thrown is the path of a temporary folder.
    const closing = lines.slice(lines.lastIndexOf("FAILED test/both.test.ts, beside other files:"));
    assert.deepEqual(
      closing.filter((line) => !/^ +at /.test(line)),
      [
        "FAILED test/both.test.ts, beside other files:",
        "  a suite > counts",
        "    no 1",
        "FAILED test/both.test.ts, once more, alone:",
        "  a suite > counts",
        "    no 2",
        "",
        "FAILED test/first.test.ts, beside other files:",
        "  a suite > counts",
        "    no 1",
        "passed test/first.test.ts, once more, alone",
        "",
        "1 passed, 1 failed, 0 skipped",
      ],
    );
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    it(`leaves nothing behind and begins nothing more when ${signal} ends it`, async () => {
      const names = ["a", "b", "c", "d"].map((name) => `${name}.test.ts`);
      const files = Object.fromEntries(names.map((name) => [name, endless]));
      const folder = inTree(files, (made) => made);
      const tmp = join(folder, "tmp");
      mkdirSync(tmp);
      const child = spawn(process.execPath, [runner], {
        cwd: folder,
        env: { PATH: folder, TMPDIR: tmp, PORTS: folder },
      });
      try {
        const closed = once(child, "close");
        const ports = () =>
          readdirSync(folder).flatMap((name) => /^port-(\d+)$/.exec(name)?.[1] ?? []);
        await waitFor("three files to run, with a server each", () => ports().length === 3);
        child.kill(signal);
        child.kill(signal);
        assert.deepEqual(await closed, [code, null]);
        const left = readdirSync(tmp).filter((name) => name.startsWith("waypost-"));
        assert.deepEqual([left, ports().length], [[], 3]);
        for (const port of ports()) {
          const answered = await once(connect(Number(port), "127.0.0.1"), "connect").catch(
            ({ code }) => code,
          );
          assert.equal(answered, "ECONNREFUSED");
        }
      } finally {
        child.kill("SIGKILL");
        rmSync(folder, { recursive: true });
      }
    });
  }

  const needsInstalled = !rabbitInstalled() && "needs an installed rabbitmq-server";

  it("goes on in one line without a RabbitMQ that cannot start", { skip: needsInstalled }, () => {
    const rabbit = JSON.stringify(moduleUrl("../services/rabbitmq.ts", import.meta.url));
    const needing = `import { needsRabbit } from ${rabbit};\ndescribe("a", needsRabbit(), () => { ${passing} });`;
    const loader = sourceLoader.length > 0 ? { NODE_OPTIONS: sourceLoader.join(" ") } : {};
    const { status, stdout, stderr, lines, last } = run({ "needing.test.ts": needing }, loader);
    const why = /needs? RabbitMQ, which is installed but does not start \(needs epmd on the path/;
    assert.equal(status, 0, stdout);
    assert.equal(stderr, "");
    assert.match(lines[0] ?? "", /^Going on without RabbitMQ.*epmd.*or give TEST_RABBITMQ_URL\.$/);
    assert.match(lines.at(-4) ?? "", why);
    assert.equal(last, "0 passed, 0 failed, 1 skipped");
    const ci = run({ "passing.test.ts": passing }, { CI: "true" });
    assert.equal(ci.status, 1);
    assert.equal(ci.stderr, "");
    assert.match(ci.lines[0] ?? "", why);
    assert.equal(ci.last, "0 passed, 1 failed, 0 skipped");
  });
});

describe("judge", () => {
  it("counts a file that was killed as failed", () => {
    const outcome = judge("a", "TAP version 13\nok 1 - a # SKIP needs b\n", null);
    assert.deepEqual([outcome.ok, outcome.failed], [false, 1]);
  });

  it("takes no name for a skip", () => {
    const outcome = judge("a", "ok 1 - a \\# SKIP b\n# pass 1\n# fail 0\n", 0);
    assert.deepEqual([outcome.ok, outcome.passed, outcome.skipped], [true, 1, []]);
  });

  it("names no remedy where nothing is wanting", () => {
    const all: Outcome = { file: "a", ok: true, passed: 2, failed: 0, skipped: [] };
    assert.deepEqual(closingLines([all, all]), ["4 passed, 0 failed, 0 skipped"]);
    const no = { ...all, skipped: ["this server has no explain"] };
    assert.deepEqual(closingLines([all, no]), [
      "Skipped tests and suites:",
      "  1 in 1 file: this server has no explain",
      "",
      "4 passed, 0 failed, 1 skipped",
    ]);
  });
});

describe("shared servers", () => {
  const ended: string[] = [];
  const shared = (key: string, start: "starts" | "fails" | "is missing"): SharedServer => ({
    name: key.toLowerCase(),
    key,
    installed: () => start !== "is missing",
    start: async () => {
      if (start === "fails") throw new Error("no port\nand more");
      return { url: `${key}:`, cleanup: async () => void ended.push(key) };
    },
  });

  it("are given to test files, or why there is none", async () => {
    const env: NodeJS.ProcessEnv = { TEST_D_URL: "given" };
    const said: string[] = [];
    const servers = [
      shared("A", "starts"),
      shared("B", "fails"),
      shared("C", "is missing"),
      shared("D", "fails"),
    ];
    assert.equal((await shareServers(env, (line) => said.push(line), servers)).length, 1);
    const broken = "b, which is installed but does not start (no port)";
    assert.deepEqual(said, [`Going on without ${broken}. Mend it, or give TEST_B_URL.`]);
    assert.deepEqual(env, {
      TEST_A_URL: "A:",
      TEST_B_BROKEN: `needs ${broken}`,
      TEST_D_URL: "given",
    });
  });

  it("must start where CI is set, and none is left when one does not", async () => {
    const servers = [shared("A", "starts"), shared("B", "fails")];
    const sharing = shareServers({ CI: "true" }, () => undefined, servers);
    await assert.rejects(sharing, /^Error: The tests need b, which .*TEST_B_URL\.\nand more$/);
    assert.deepEqual(ended, ["A"]);
  });
});
