import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { AuditEntry } from "../../src/contracts.ts";
import { appSecret, verifyToken } from "../faults/program.ts";
import { runCli, startCli } from "../support/cli.ts";
import { type ManyCommands, startCommands } from "../support/many-commands.ts";
import { type Planted, startPlanted } from "../support/planted-program.ts";
import { waitFor } from "../support/wait-for.ts";

let waypost: Planted;
let commands: ManyCommands;
before(async () => {
  commands = startCommands();
  waypost = await startPlanted();
});
after(async () => {
  commands?.close();
  await waypost?.close();
});

/** As a person starts it. */
const runAlone = (...args: string[]) => runCli(args, waypost);
const run = (...args: string[]) => commands.run(args, waypost);
const runAs = (token: string, ...args: string[]) => commands.run(args, { url: waypost.url, token });

describe("waypost tokens", () => {
  it("makes a token, whose secret alone is on stdout, and which may what it was made for", async () => {
    const args = ["--scope", "read, operate", "--account", "berlin", "--expires", "90d"];
    const { code, out, err } = await runAlone("tokens", "create", "anna", ...args);
    assert.equal(code, 0, err);
    assert.match(out, /^wpt_[A-Za-z0-9_-]+\n$/);
    assert.match(err, /^anna {2}read,operate {2}only 700700700700700 {2}until /);
    const events = await runAs(out.trim(), "events", "--json");
    const accounts = events.out
      .trim()
      .split("\n")
      .map((line) => {
        return (JSON.parse(line) as { data: { account: { phoneNumberId: string } } }).data.account;
      });
    assert.deepEqual([...new Set(accounts.map((each) => each.phoneNumberId))], ["700700700700700"]);
    const refused = await runAs(out.trim(), "tokens", "list");
    assert.deepEqual([refused.code, refused.out], [1, ""]);
    assert.match(refused.err, /This needs the scope admin\./);
  });

  it("lists and revokes by name, and says what is wrong with what it is given", async () => {
    const listed = await run("tokens");
    assert.match(listed.out, /^anna {2}read,operate .*made by OPS_TOKENS\n$/);
    assert.equal(listed.out.includes("wpt_"), false);
    for (const [args, words] of [
      [["create", "anna", "--scope", "read"], /There is a token of this name\./],
      [["create", "Anna Berg", "--scope", "read"], /name/],
      [["create", "ben", "--scope", "all"], /There are read, content/],
      [["create", "ben"], /--scope/],
      [["create", "--scope", "read"], /Say for whom: --name/],
      [["create", "ben", "--scope", "read", "--expires", "soon"], /Write 90d, 12h/],
      [["create", "ben", "--scope", "read", "--account", "paris"], /accounts/],
      [["revoke", "nobody"], /There is no such token\./],
    ] as const) {
      const { code, out, err } = await run("tokens", ...args);
      assert.notEqual(code, 0, args.join(" "));
      assert.equal(out, "");
      assert.match(err, words);
    }
    const named = await run("tokens", "create", "--name", "eva", "--scope", "read");
    assert.deepEqual([named.code, /^wpt_/.test(named.out)], [0, true], named.err);
    assert.equal((await run("tokens", "revoke", "eva")).code, 0);
    const revoked = await run("tokens", "revoke", "anna");
    assert.deepEqual([revoked.code, revoked.out], [0, "anna is revoked.\n"]);
    assert.deepEqual(await run("tokens", "list"), {
      ...{ code: 0, out: "", err: "There is none by name.\n" },
    });
  });
});

describe("waypost console", () => {
  it("prints a link whose code logs in once", async () => {
    const { code, out, err } = await run("console", "--json");
    assert.equal(code, 0, err);
    const { link, expiresAt } = JSON.parse(out) as { link: string; expiresAt: string };
    assert.ok(Date.parse(expiresAt) > Date.now());
    const [page, secret = ""] = link.split("#login=");
    assert.equal(page, `${waypost.url}/console`);
    const logIn = () =>
      fetch(`${waypost.url}/api/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code: secret }),
      });
    assert.equal((await logIn()).status, 200);
    assert.equal((await logIn()).status, 401);
    assert.match((await run("console")).out, /^http:\/\/127\.0\.0\.1:\d+\/console#login=\S+\n$/);
  });
});

describe("waypost report", () => {
  it("shows a table, CSV or JSON, and refuses keys that are none", async () => {
    const { code, out, err } = await runAlone("report", "--by", "account", "--from", "2h");
    assert.equal(code, 0, err);
    assert.match(out, /700700700700700/);
    const whole = JSON.parse((await run("report", "--json", "--from", "2h")).out) as {
      total: { messages: number; delivered: number };
    };
    assert.deepEqual([whole.total.messages, whole.total.delivered], [2, 2]);
    const csv = await run("report", "--csv", "--from", "2h");
    assert.match(csv.out, /^account,messages,sent,delivered,/);
    for (const args of [
      ["--by", "colour"],
      ["--from", "whenever"],
      ["--from", "2026-01-01"],
    ]) {
      assert.equal((await run("report", ...args)).code, 2, args.join(" "));
    }
  });
});

describe("waypost audit", () => {
  it("shows who did what, also after the process was killed the moment it had answered", async () => {
    const { program, ask } = waypost;
    const paused = await ask("POST", "/api/destinations/erp/pause", { for: "2h" });
    assert.equal(paused.status, 200);
    await program.kill();
    await program.start();
    const { code, out, err } = await runAlone("audit", "--action", "pauseDestination", "--json");
    assert.equal(code, 0, err);
    const { who, action, filter, result } = JSON.parse(out) as AuditEntry;
    assert.deepEqual(
      { who, action, filter, result },
      {
        ...{ who: "OPS_TOKENS", action: "pauseDestination", result: "done" },
        filter: { for: "2h", name: "erp" },
      },
    );
    const lines = (await run("audit", "--who", "OPS_TOKENS", "--from", "1h")).out.split("\n");
    const shown = lines.join("\n");
    assert.match(
      shown,
      / OPS_TOKENS {2}createToken {2}name=anna {2}scopes=read,operate {2}accounts=berlin {2}/,
    );
    assert.match(shown, / revokeToken {2}name=nobody {2}refused$/m);
    assert.equal((await run("audit", "--who", "nobody")).err, "No entry matches.\n");
    assert.equal((await run("audit", "--limit", "0")).code, 2);
  });
});

describe("every command that a runbook names", () => {
  it("is one, with options that it has", async () => {
    const folder = "docs/runbooks";
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
    );
    const named = texts.flatMap((text) => [...text.matchAll(/`(?:npx )?waypost ([^`]+)`/g)]);
    const event = String((await waypost.list("/api/events?type=whatsapp.message.text"))[0]?.["id"]);
    const quarantined = String((await waypost.list("/api/quarantine"))[0]?.["id"]);
    const real = (words = "") =>
      words
        .replace(/\b(?:zendesk|hubspot|slack-support|media)\b/g, "erp")
        .replaceAll("evt_…", event)
        .replaceAll("qrn_…", quarantined)
        .replace(/https:\/\/\S+/, waypost.program.webhookUrl);
    const lines = [...new Set(named.map(([, words]) => real(words)))].sort();
    assert.ok(lines.length > 25, lines.join("\n"));
    for (const words of lines) await isOne(words);
  });
});

/** What runs until it is ended is looked at by its help, where a role, and by its first line. */
async function isOne(words: string): Promise<void> {
  const role = /^(?:start|work|receive|ops)$/.test(words);
  const secrets = ["--secret", appSecret, "--verify-token", verifyToken];
  const more = words.startsWith("simulate") ? secrets : role ? ["--help"] : [];
  const args = [...words.split(" "), ...more];
  const { code, out, err } = await (args.includes("--follow") ? followed(args) : run(...args));
  const said = `waypost ${words}\n${out}${err}`;
  // `config check` says with 2 that the file is wrong: there is none here. Nobody is here to be asked either.
  const asks = err.startsWith("Nobody can be asked here");
  assert.ok(code !== 2 || words.startsWith("config") || asks, said);
  assert.doesNotMatch(err, /unknown (?:command|option)|missing required|invalid\./, said);
}

/** Until its first line, then as Ctrl-C ends it. */
async function followed(args: readonly string[]) {
  const running = startCli(args, waypost);
  const { child } = running;
  await waitFor("a line", () => running.out() !== "" || child.exitCode !== null);
  child.kill("SIGINT");
  return { code: await running.code, out: running.out(), err: running.err() };
}
