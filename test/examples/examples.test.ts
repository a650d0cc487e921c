import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { playExample } from "../../examples/frame/play.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const root = new URL("../../", import.meta.url);
const run = fileURLToPath(moduleUrl("examples/frame/run.ts", root.href));
// Several at a time: each takes ports that nobody wants.
Object.assign(process.env, { PORT: "0", OPS_PORT: "0" });

/** What the stand-ins hold at the end. All that its README shows was said on the way. */
async function play(name: string): Promise<readonly string[]> {
  const folder = new URL(`examples/${name}/`, root);
  const said: string[] = [];
  const lines = await playExample(folder, {
    say: (line) => said.push(...line.split("\n").map(general)),
    signal: new AbortController().signal,
    over: async () => undefined,
  });
  const readme = readFileSync(new URL("README.md", folder), "utf8");
  const [, shown = ""] = /```text\n([\s\S]+?)```/.exec(readme) ?? assert.fail("shows nothing");
  const untold = shown
    .trimEnd()
    .split("\n")
    .filter((line) => !said.includes(general(line)));
  assert.deepEqual(untold, []);
  return lines;
}
/** Without what is another at each time. */
const general = (line: string) => line.replace(/(ticket #|owner 10|@U0|0-3\/)\d+/g, "$1…");
const count = (lines: readonly string[], what: RegExp) =>
  lines.filter((line) => what.test(line)).length;

describe("npm run example", { concurrency: 2 }, () => {
  it("ticket-desk: one ticket, both sides on it, and Slack told once in each conversation", async () => {
    const lines = await play("ticket-desk");
    assert.equal(count(lines, /^Zendesk: ticket .* is opened/), 1);
    assert.equal(
      count(lines, /^Zendesk: on ticket .*Mia · Where is my parcel\? · Mia · Order 1001/),
      1,
    );
    assert.equal(count(lines, /^Zendesk: on ticket .*Let me look/), 1);
    assert.equal(count(lines, /^Slack #support.*human/), 2);
    assert.equal(count(lines, /^Slack #support: @here .*I would rather talk to a human!/), 1);
  });

  it("shop-orders: notes on the order, tags on the customer, each once", async () => {
    const lines = await play("shop-orders");
    assert.deepEqual(
      lines.filter((line) => line.startsWith("Shopify")),
      [
        "Shopify: on order #1001: Mia: When will it come?",
        "Shopify: on order #1001: Mia: It is here, but the lid is broken",
        "Shopify: customer Mia is tagged paid-by-whatsapp",
        "Shopify: customer Mia is tagged cart-reminded",
      ],
    );
    assert.equal(count(lines, /^Slack #orders/), 3);
    assert.equal(count(lines, /42 EUR paid/), 1);
  });

  it("lead-qualification: one deal for each person, whose owner is told", async () => {
    const lines = await play("lead-qualification");
    assert.equal(count(lines, /^HubSpot: contact/), 2);
    assert.equal(count(lines, /^HubSpot: deal/), 2);
    // The header, too.
    assert.equal(count(lines, /^Google Sheets, Leads/), 3);
    const [, id] = /deal "Mia .*for owner 10([12])/.exec(lines.join("\n")) ?? [];
    assert.equal(count(lines, new RegExp(`^Slack #sales: @U0${id} Mia: https`)), 1);
  });

  it("clinic: the practice hears what was tapped or written", async () => {
    const lines = await play("clinic");
    assert.deepEqual(
      lines.filter((line) => line.startsWith("Your service")),
      [
        'Your service practice: business.appointment.confirmed of Mia {"appointment":"A7"}',
        'Your service practice: business.appointment.cancelled of Tom {"appointment":"A8"}',
        'Your service practice: business.appointment.confirmed of Eva {"appointment":"A9"}',
      ],
    );
    assert.equal(count(lines, /^WhatsApp to .*appointment_reminder/), 3);
    assert.equal(count(lines, /^WhatsApp/), 6);
  });

  it("away-message: once in each conversation, and the urgent is heard", async () => {
    const lines = await play("away-message");
    assert.equal(count(lines, /^WhatsApp to .*We are back at 9/), 2);
    assert.equal(count(lines, /^Slack #on-call/), 1);
    assert.equal(count(lines, /^WhatsApp/), 3);
  });

  it("csat: each is asked once, and a bad answer is told", async () => {
    const lines = await play("csat");
    assert.equal(count(lines, /^WhatsApp to .*How was it\?/), 2);
    assert.equal(count(lines, /^Slack #support/), 1);
    assert.equal(count(lines, /^Google Sheets, Ratings: .*Z \|/), 2);
  });

  it("bot: its answers are sent, until a human has the conversation", async () => {
    const lines = await play("bot");
    assert.equal(count(lines, /^WhatsApp/), 2);
    assert.equal(count(lines, /^Slack #support: @here Mia/), 1);
  });

  it("says what it does as it happens, ends with --once, and leaves nothing behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waypost-examples-"));
    const env = { ...process.env, TMPDIR: folder };
    const args = [...sourceLoader, run, "shop-orders", "--once"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    assert.match(stdout, /console#login=\S+$/m);
    const told = /^Mia writes: "When will it come\?"\n {4}Shopify: on order #1001: Mia: When/m;
    assert.match(stdout, told);
    const left = (await readdir(folder)).filter((name) => name.startsWith("waypost-"));
    assert.deepEqual(left, []);
    await rm(folder, { recursive: true });
  });

  it("says which examples there are", async () => {
    const told = promisify(execFile)(process.execPath, [...sourceLoader, run, "no-such"]);
    await assert.rejects(told, { code: 2, stderr: /There are: .*shop-orders, ticket-desk/ });
  });
});
