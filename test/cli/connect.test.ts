import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it, type TestContext } from "node:test";
import { Command } from "commander";
import { keepInEnv, withValues } from "../../src/cli/common/env-file.ts";
import { register } from "../../src/cli/connect.ts";
import type { GraphStub } from "../meta/graph-state.ts";
import {
  appId,
  number,
  otherApp,
  secret,
  startCallback,
  startMeta,
  token,
  verifyToken,
  waba,
} from "../meta/setup.ts";

let folder: string;
let before: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "waypost-connect-"));
  before = process.cwd();
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

const envOf = (graph: GraphStub, more: Record<string, string> = {}) => ({
  META_GRAPH_URL: graph.url,
  META_APP_ID: appId,
  WHATSAPP_APP_SECRET: secret,
  WHATSAPP_VERIFY_TOKEN: verifyToken,
  META_ACCESS_TOKEN: token,
  ...more,
});

/** What it prints, and its exit code. */
async function run(t: TestContext, env: Record<string, string>, ...args: string[]) {
  const printed: string[] = [];
  const errors: string[] = [];
  const keep = (lines: string[]) => (chunk: string | Uint8Array) => {
    lines.push(String(chunk));
    return true;
  };
  const out = t.mock.method(process.stdout, "write", keep(printed));
  const err = t.mock.method(process.stderr, "write", keep(errors));
  process.exitCode = 0;
  try {
    const program = new Command().exitOverride();
    register(program, { env });
    await program.parseAsync(["node", "waypost", "connect", ...args]);
    return { code: process.exitCode, out: printed.join(""), err: errors.join("") };
  } finally {
    out.mock.restore();
    err.mock.restore();
    process.exitCode = 0;
  }
}

describe("waypost connect", () => {
  it("shows the plan, does it with --yes, and then --check finds nothing", async (t) => {
    const graph = await startMeta(t);
    const callback = await startCallback(t);
    graph.wabas.get(waba)?.subscribed.set(otherApp, "");
    const env = envOf(graph, { PUBLIC_URL: new URL(callback).origin });
    const plan = await run(t, env, "--check");
    assert.equal(plan.code, 1);
    for (const words of [
      /^app {7}Acme Bot \(670843887433847\)$/m,
      /^callback {2}none$/m,
      /^account {3}Acme \(900100200300400\): NOT subscribed; also to Other CRM$/m,
      /^ {2}\+1 555-555-0100 Acme Shop \(700700700700700\) {2}sends nowhere$/m,
      /^ {2}✗ The app has no callback URL .*\n {4}→ .* \(docs\/runbooks\/meta-callback\.md\)$/m,
      /^ {2}1\. set the app's callback to .*subscribe 31 fields: messages, /m,
      /^ {2}2\. subscribe the account 900100200300400 to the app$/m,
    ])
      assert.match(plan.out, words);
    assert.ok(graph.asked.every((what) => what.startsWith("GET")));
    const applied = await run(t, env, "--apply", "--yes");
    assert.equal(applied.code, 0, applied.err);
    assert.match(applied.err, /✓ set the app's callback/);
    assert.match(applied.out, /^Meta has what is wanted\.$/m);
    assert.match(applied.out, new RegExp(`→ ${callback} {2}by the app's$`, "m"));
    const json = await run(t, env, "--check", "--json");
    assert.equal(json.code, 0);
    const told = JSON.parse(json.out) as { ok: boolean; accounts: { numbers: { id: string }[] }[] };
    assert.deepEqual([told.ok, told.accounts[0]?.numbers[0]?.id], [true, number]);
    for (const { out, err } of [plan, applied, json])
      for (const hidden of [secret, token, verifyToken]) assert.ok(!(out + err).includes(hidden));
  });

  it("says by its exit code whether Meta differs, does not answer, or refuses", async (t) => {
    const graph = await startMeta(t);
    graph.fault = { status: 400, error: { code: 4, message: "limit" } };
    assert.equal((await run(t, envOf(graph), "--check")).code, 3);
    delete graph.fault;
    assert.equal(
      (await run(t, envOf(graph, { META_ACCESS_TOKEN: "EAAG-old" }), "--check")).code,
      4,
    );
    assert.equal((await run(t, envOf(graph, { PORT: "x" }), "--check")).code, 2);
    for (const bad of [
      "http://waypost.example.com",
      "https://a.example/?q=1",
      "nowhere",
      `https://a.example/${"x".repeat(200)}`,
    ])
      assert.equal((await run(t, envOf(graph), "--callback", bad, "--check")).code, 2, bad);
    assert.equal((await run(t, envOf(graph), "--fields", "Messages!", "--check")).code, 2);
  });

  it("names why Meta could not verify the callback, and changes nothing", async (t) => {
    const graph = await startMeta(t);
    const callback = await startCallback(t, () => 404);
    const { code, err } = await run(t, envOf(graph), "--callback", callback, "--apply", "--yes");
    assert.equal(code, 1);
    assert.match(err, /the address answered 404\.\nMeta could not verify the callback/);
    assert.equal(graph.apps.get(appId)?.subscription, undefined);
    assert.equal(graph.wabas.get(waba)?.subscribed.size, 0);
  });
});

describe(".env", () => {
  it("keeps what is there, and is readable by its owner alone", async () => {
    await writeFile(".env", "# mine\nPORT=8080\nMETA_APP_ID=1\n#META_ACCESS_TOKEN=old\nLAST=x", {
      mode: 0o644,
    });
    await keepInEnv({ META_APP_ID: "42", META_ACCESS_TOKEN: "$&it's" });
    assert.equal(
      await readFile(".env", "utf8"),
      `# mine\nPORT=8080\nMETA_APP_ID='42'\n#META_ACCESS_TOKEN=old\nLAST=x\nMETA_ACCESS_TOKEN="$&it's"\n`,
    );
    assert.equal((await stat(".env")).mode & 0o777, 0o600);
    await keepInEnv({});
    assert.equal(withValues("export A = 1\n", { A: "2" }), "A='2'\n");
  });
});
