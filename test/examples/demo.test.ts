import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const demo = fileURLToPath(moduleUrl("../../examples/demo/demo.ts", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const env = { ...process.env, PORT: "0", OPS_PORT: "0" };
const folders = async () => (await readdir(tmpdir())).filter((name) => /^waypost-demo-/.test(name));

describe("npm run demo", () => {
  it("plays a day, through an outage, and leaves nothing behind", async () => {
    const before = await folders();
    const told = ["--once", "--no-open", "--speed", "0", "--outage", "2"];
    const args = [...sourceLoader, demo, ...told];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
    const [, link] = /here: (\S+)/.exec(stdout) ?? [];
    assert.match(link ?? "", /^http:\/\/127\.0\.0\.1:\d+\/console#login=\S+$/);
    const taken = (name: string) =>
      Number(new RegExp(`^ +${name} +(\\d+) events`, "m").exec(stdout)?.[1]);
    assert.ok(taken("crm") > 1_000, stdout);
    assert.ok(taken("helpdesk") > 300, stdout);
    assert.ok(taken("team-chat") > 10, stdout);
    assert.match(stdout, /helpdesk .* refused [1-9]\d* attempts while it was out/);
    assert.deepEqual(await folders(), before);
  });

  it("says what is wrong with what it is told", async () => {
    const run = promisify(execFile)(process.execPath, [...sourceLoader, demo, "--outage", "x"]);
    await assert.rejects(run, { code: 2, stderr: /--outage takes a number of seconds/ });
  });
});
