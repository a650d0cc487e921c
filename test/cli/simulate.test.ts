import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { Command } from "commander";
import { addFlags, type SimulateFlags } from "../../src/cli/simulate/flags.ts";
import { runSimulate } from "../../src/cli/simulate.ts";
import { type Receiver, startReceiver } from "./simulate/receiver.ts";

const appSecret = "a secret for tests";
const verifyToken = "a token for tests";

describe("waypost simulate", () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await startReceiver({ appSecret, verifyToken });
  });
  after(() => receiver.close());

  const run = async (...args: string[]) => {
    const target = { webhookUrl: receiver.url, appSecret, verifyToken };
    return runWith(() => target, args);
  };

  it("sends one conversation, shows it, and says how to see it", async () => {
    const from = receiver.accepted.length;
    const { code, out } = await run();
    assert.equal(code, 0);
    assert.match(out, /Hi there!/);
    // As at Meta, a message may be read without having been told as delivered.
    assert.match(out, /is sent[\s\S]*is (delivered|read)/);
    assert.match(out, /(\d+) of \1 POSTs answered as expected · 200 × \1/);
    assert.match(out, /waypost events --contact GB\.\d+/);
    assert.match(out, /seed \S+@\d+/);
    assert.ok(receiver.accepted.length - from >= 6);
  });

  it("sends the same bytes for the seed that it printed", async () => {
    const first = receiver.accepted.length;
    const { out } = await run();
    const second = receiver.accepted.length;
    await run("--seed", /seed (\S+)/.exec(out)?.[1] ?? "");
    const [one, other] = [receiver.accepted.slice(first, second), receiver.accepted.slice(second)];
    assert.deepEqual(other.map(String), one.map(String));
  });

  it("lists every kind, and sends those that are asked for", async () => {
    const { out } = await run("--type", "list");
    for (const name of ["nfm_reply", "payment_refunded", "user_preferences_stop", "not_json"]) {
      assert.match(out, new RegExp(`\\b${name}\\b`));
    }
    const from = receiver.accepted.length;
    const { code } = await run("--type", "order", "--type", "read", "--type", "account_update");
    assert.equal(code, 0);
    assert.equal(receiver.accepted.length - from, 20);
    const sent = receiver.accepted.slice(from).map(String);
    assert.match(sent[0] ?? "", /"type":"order"/);
    assert.match(sent[1] ?? "", /"status":"read"/);
    assert.match(sent[19] ?? "", /"field":"account_update"/);
  });

  it("sends fixtures", async () => {
    const from = receiver.accepted.length;
    const { code } = await run("--fixture", "all");
    assert.equal(code, 0);
    assert.ok(receiver.accepted.length - from > 100);
  });

  it("prints a summary for machines", async () => {
    const { code, out } = await run(
      ...["--json", "--count", "40", "--batch", "3", "--duplicates", "10"],
      ...["--bad-signatures", "5", "--disorder", "20", "--accounts", "2"],
    );
    const summary = JSON.parse(out);
    assert.equal(code, 0);
    assert.equal(summary.ok, true);
    assert.equal(summary.posts, 40);
    assert.deepEqual(summary.codes, { "200": 38, "401": 2 });
    for (const rank of ["p50", "p95", "p99", "p999", "max"]) assert.ok(summary.ackMs[rank] > 0);
    assert.match(summary.seed, /@/);
  });

  it("does the handshake first when asked to, and stops when it fails", async () => {
    const good = await run("--challenge", "--type", "text");
    assert.equal(good.code, 0);
    assert.match(good.out, /answered as Meta expects/);
    const from = receiver.accepted.length;
    const bad = await run("--challenge", "--verify-token", "another token");
    assert.equal(bad.code, 1);
    assert.match(bad.out, /answered with 403/);
    assert.equal(receiver.accepted.length, from);
  });

  it("keeps every POST as a file", async () => {
    const dir = await mkdtemp(join(tmpdir(), "waypost-simulate-"));
    try {
      const from = receiver.accepted.length;
      await run("--count", "5", "--save", dir, "--connections", "1");
      assert.equal((await readdir(dir)).length, 6);
      const list = (await readFile(join(dir, "posts.ndjson"), "utf8")).trim().split("\n");
      for (const [i, line] of list.entries()) {
        const { file, signature, expect } = JSON.parse(line);
        assert.deepEqual(await readFile(join(dir, file)), receiver.accepted[from + i]);
        assert.match(signature, /^sha256=[0-9a-f]{64}$/);
        assert.equal(expect, 200);
      }
      assert.equal(list.length, 5);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it("fails and says why when the secret is another", async () => {
    const { code, out } = await run("--secret", "another secret");
    assert.equal(code, 1);
    assert.match(out, /401: signed with another app secret/);
  });

  it("fails and says why when nothing listens", async () => {
    const { code, out } = await run("--url", "http://user:pass@127.0.0.1:1/hook?key=hidden");
    assert.equal(code, 1);
    assert.match(out, /Nothing listens at http:\/\/127\.0\.0\.1:1\/hook: start it/);
    assert.doesNotMatch(out, /pass|hidden/);
  });

  it("asks the configuration only for what the flags leave open", async () => {
    const refuse = () => assert.fail("was asked");
    const args = ["--url", receiver.url, "--secret", appSecret, "--type", "text"];
    assert.equal((await runWith(refuse, args)).code, 0);
    const nothing = () => ({ webhookUrl: receiver.url });
    await assert.rejects(runWith(nothing, []), /No app secret to sign with/);
  });

  it("refuses wrong options with the reason", async () => {
    await assert.rejects(run("--type", "stick"), /did you mean sticker/);
    await assert.rejects(run("--fixture", "none-such"), /no fixture is called none-such/);
    await assert.rejects(run("--url", "ftp://x"), /http or https/);
    for (const args of [
      ["--rate", "fast"],
      ["--batch", "1001"],
      ["--duplicates", "-1"],
      ["--count", "1.5"],
      ["--duration", "soon"],
      ["--scenario", "bakery-day"],
    ]) {
      await assert.rejects(run(...args), { code: /commander.invalidArgument/ }, args.join(" "));
    }
  });

  it("stops when interrupted, with the summary and its own exit code", async () => {
    const target = { webhookUrl: receiver.url, appSecret, verifyToken };
    const stop = AbortSignal.timeout(300);
    const { code, out } = await runWith(() => target, ["--rate", "50", "--duration", "1h"], stop);
    assert.equal(code, 130);
    assert.match(out, /POSTs answered as expected/);
  });

  it("draws a bar on a terminal", async () => {
    const target = { webhookUrl: receiver.url, appSecret, verifyToken };
    const { err } = await runWith(() => target, ["--rate", "200", "--duration", "500ms"]);
    assert.match(err, /█+░+ +\d+ %.*answered · \d+\/s/);
    assert.ok(err.endsWith("\r\u001b[K"));
  });
});

async function runWith(
  resolve: Parameters<typeof runSimulate>[1],
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
) {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  const command = addFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse([...args], { from: "user" });
  const flags = command.opts<SimulateFlags>();
  const code = await runSimulate(flags, resolve, { stdout, stderr }, signal);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}
