import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { readRouting } from "../../src/app/plan.ts";
import { checkConfig } from "../../src/cli/config.ts";
import { tempDir } from "../config/temp-dir.ts";

const bin = path.resolve(import.meta.dirname, "../../bin/waypost.js");

function init(cwd: string, more: NodeJS.ProcessEnv = {}) {
  const { PATH } = process.env;
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH, ...more };
    execFile(process.execPath, [bin, "init"], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("waypost init", { timeout: 60_000 }, () => {
  it("writes a file that has no problems, as it is and with its comments taken away", async (t) => {
    const cwd = await tempDir(t);
    const { code, stdout } = await init(cwd);
    assert.equal(code, 0);
    assert.match(stdout, /Wrote waypost\.yaml.*\nNext:\n(.*\n)*.*waypost config check/);
    const file = path.join(cwd, "waypost.yaml");
    const env = {
      SLACK_BOT_TOKEN: "xoxb-1",
      BACKEND_SECRET: `whsec_${"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`,
    };
    const check = () => checkConfig(env, "start", readRouting, cwd);
    const none = { problems: [], warnings: [] };
    assert.deepEqual(await check(), { ...none, destinations: 0, routes: 0 });
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/^#(?= {2})/gm, ""));
    assert.deepEqual(await check(), { ...none, destinations: 2, routes: 3 });
  });

  it("overwrites nothing", async (t) => {
    const cwd = await tempDir(t);
    const file = path.join(cwd, "waypost.yaml");
    await writeFile(file, "routes: []\n");
    const { code, stdout, stderr } = await init(cwd);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /waypost\.yaml is there already/);
    assert.equal(await readFile(file, "utf8"), "routes: []\n");
  });

  it("writes where WAYPOST_CONFIG says, and says why it cannot", async (t) => {
    const cwd = await tempDir(t);
    await writeFile(path.join(cwd, ".env"), "WAYPOST_CONFIG=other.yaml\n");
    assert.match((await init(cwd)).stdout, /^Wrote other\.yaml/);
    assert.match(await readFile(path.join(cwd, "other.yaml"), "utf8"), /^accounts:$/m);
    const { code, stderr } = await init(cwd, { WAYPOST_CONFIG: "no/such/folder.yaml" });
    assert.equal(code, 1);
    assert.match(stderr, /cannot be written \(ENOENT\).*WAYPOST_CONFIG/);
  });
});
