import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { tempDir } from "../config/temp-dir.ts";
import { hubspotToken, startHubspotStub } from "../destinations/hubspot/stub.ts";
import { slackToken, startSlackStub } from "../destinations/slack-stub.ts";
import { startCloudApi } from "../destinations/whatsapp-reply/cloud-api.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { add } from "./run-add.ts";

const fileIn = (cwd: string, name = "waypost.yaml") => readFile(path.join(cwd, name), "utf8");

async function slackIn(t: TestContext) {
  const stub = await startSlackStub();
  t.after(() => stub.stub.close());
  const cwd = await tempDir(t);
  const set = ["--set", `token=${slackToken}`, "channel=#support", `baseUrl=${stub.baseUrl}`];
  return { cwd, set };
}

describe("waypost add, where something is wrong", { timeout: 120_000 }, () => {
  for (const [what, args, said] of [
    ["a value", ["zendesk", "--set", "subdomain=ac me!"], /zendesk\.subdomain: must match/],
    ["an address", ["webhook", "--set", "url=erp.example"], /webhook\.url: is not an address/],
    ["a name", ["webhook", "--name", "My hook", "--set", "url=https://a.example"], /is not a name/],
    ["yes", ["webhook", "--set", "allowPrivateAddresses=yes"], /is true or false, not yes/],
  ] as const) {
    it(`${what} that is wrong is said before anything is written`, async (t) => {
      const cwd = await tempDir(t);
      const { code, err } = await add(cwd, args, ["https://a.example", "secret", "y", "y"]);
      assert.equal(code, 2);
      assert.match(err, said);
      await assert.rejects(fileIn(cwd), { code: "ENOENT" });
      await assert.rejects(fileIn(cwd, ".env"), { code: "ENOENT" });
    });
  }

  it("a file that is wrong already is to be mended first, and stays", async (t) => {
    const { cwd, set } = await slackIn(t);
    const broken = "destinations: [\n";
    await writeFile(path.join(cwd, "waypost.yaml"), broken);
    const { code, err } = await add(cwd, ["slack", ...set, "--yes"]);
    assert.equal(code, 2);
    assert.match(err, /^The configuration has .*problem.*:\n {2}waypost\.yaml:/);
    assert.equal(await fileIn(cwd), broken);
  });

  it("a file that cannot be read or written is named, with what to do", async (t) => {
    const { cwd, set } = await slackIn(t);
    const folder = path.join(cwd, "folder");
    await mkdir(folder);
    const unread = await add(cwd, ["slack", ...set, "--yes"], [], { WAYPOST_CONFIG: "folder" });
    assert.equal(unread.code, 1);
    assert.equal(unread.err, "folder cannot be read (EISDIR): it must be a readable file.\n");
    const at = "absent/waypost.yaml";
    const unwritten = await add(cwd, ["slack", ...set, "--yes"], [], { WAYPOST_CONFIG: at });
    assert.equal(unwritten.code, 1);
    assert.match(unwritten.err, /^absent\/waypost\.yaml cannot be written \(ENOENT\)\. Make /);
  });

  it("a name that is another kind's is refused, and so nothing of it is changed", async (t) => {
    const { cwd, set } = await slackIn(t);
    await writeFile(
      path.join(cwd, "waypost.yaml"),
      "destinations:\n  crm: { kind: webhook, url: https://a.example }\n",
    );
    const { code, err } = await add(cwd, ["slack", "--name", "crm", ...set, "--yes"]);
    assert.equal(code, 2);
    assert.match(err, /has crm already, of the kind webhook\. Give this one another name/);
  });

  it("says where a wrong token stands, and says it once", async (t) => {
    const hub = await startHubspotStub({ bare: true, specification: false });
    t.after(() => hub.stub.close());
    const cwd = await tempDir(t);
    const set = ["--set", `baseUrl=${hub.stub.url}`];
    const { code, out } = await add(cwd, ["hubspot", ...set], ["wrong", "y"]);
    assert.equal(code, 1);
    assert.match(
      out,
      /Mend what has a ✗ \(the block hubspot of waypost\.yaml, its secrets in \.env\)/,
    );
    await writeFile(path.join(cwd, ".env"), `HUBSPOT_TOKEN='${hubspotToken}'\n`);
    const again = await add(cwd, ["hubspot", ...set, "--yes"]);
    assert.equal(again.code, 0, again.err + again.out);
    assert.match(again.out, /going on with it as it stands there; --set is for a new one\./);
    const live = await add(cwd, ["hubspot"], ["n"]);
    assert.equal(live.code, 0, live.err);
    assert.match(live.out, /hubspot is live in waypost\.yaml already\./);
    assert.doesNotMatch(live.out, /stays in shadow/);
  });

  it("says of a block that was written by hand that no route leads there", async (t) => {
    const { cwd, set } = await slackIn(t);
    const [, token, channel, baseUrl] = set.map((each) => each.replace("=", ": "));
    const block = `destinations:\n  slack: { kind: slack, ${token}, ${channel?.replace(/#.*/, '"$&"')}, ${baseUrl} }\n`;
    await writeFile(path.join(cwd, "waypost.yaml"), block);
    const { code, out, err } = await add(cwd, ["slack", "--yes"]);
    assert.equal(code, 0, err);
    assert.match(out, /\nNote: no route leads to the destination slack, so nothing goes there\.\n/);
    assert.equal(await fileIn(cwd), block);
  });

  it("leaves the secret of another destination of its kind as it is", async (t) => {
    const { cwd, set } = await slackIn(t);
    const first = await add(cwd, ["slack", ...set, "--yes"]);
    assert.equal(first.code, 0, first.err);
    const second = await add(cwd, ["slack", "--name", "sales", ...set, "--yes"]);
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /Into waypost\.yaml, and SLACK_TOKEN_2 into \.env:/);
    const env = `SLACK_TOKEN='${slackToken}'\nSLACK_TOKEN_2='${slackToken}'\n`;
    assert.equal(await fileIn(cwd, ".env"), env);
    assert.match(await fileIn(cwd), /sales: \{ kind: slack, token: "\$\{SLACK_TOKEN_2\}"/);
  });

  it("ends at once by Ctrl-C, also where all is confirmed and something is waited for", async () => {
    // As at a terminal: readline sees the keys, and the process no signal.
    const code = `Object.assign(process.stdin, { isTTY: true });
      const { askTerminal } = await import(${JSON.stringify(moduleUrl("../../src/cli/add/questions.ts", import.meta.url))});
      await askTerminal(true).confirm("Go?");
      console.log("waiting");
      setInterval(() => undefined, 60_000);`;
    const child = spawn(process.execPath, [...sourceLoader, "--input-type=module", "-e", code]);
    const err: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    await once(child.stdout, "data");
    child.stdin.write("\u0003");
    const [, signal] = await once(child, "close");
    assert.equal(signal, "SIGINT");
    assert.match(Buffer.concat(err).toString(), /^Stopped\. What was done stays; run it again/);
  });

  it("finds a secret that a file holds, and asks for it no more", async (t) => {
    const { cwd, set } = await slackIn(t);
    await writeFile(path.join(cwd, "token"), slackToken);
    await writeFile(path.join(cwd, ".env"), "SLACK_TOKEN_FILE=token\n");
    const { code, err } = await add(cwd, ["slack", "--set", ...set.slice(2), "--yes"]);
    assert.equal(code, 0, err);
    assert.equal(await fileIn(cwd, ".env"), "SLACK_TOKEN_FILE=token\n");
  });

  it("makes no route to what writes to contacts: nobody can guess its words", async (t) => {
    const api = await startCloudApi();
    t.after(() => api.close());
    const cwd = await tempDir(t);
    const set = ["--set", `token=${api.token}`, `baseUrl=${api.url}`];
    const { code, out, err } = await add(cwd, ["whatsapp-reply", ...set, "--yes"]);
    assert.equal(code, 0, err + out);
    assert.match(out, /no route: what it writes, and when, your routes say/);
    assert.doesNotMatch(await fileIn(cwd), /routes/);
    assert.deepEqual(api.messages, []);
  });
});
