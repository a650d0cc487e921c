import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { waitFor } from "../support/wait-for.ts";
import { freePort } from "./program.ts";

const bin = fileURLToPath(new URL("../../bin/waypost.js", import.meta.url));
const hasProc = existsSync("/proc/self/status");

/** Whether the process has a handler for SIGHUP: the first bit of its mask. */
async function catches(child: ChildProcess): Promise<boolean> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}

/** Before its first statement runs, no program in JavaScript can catch a signal; from then on it must. */
describe("SIGHUP during a start", { skip: !hasProc && "no /proc here", timeout: 60_000 }, () => {
  let folder: string;
  let child: ChildProcess;
  let output: string;
  let opsUrl: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-hangup-"));
    await writeFile(join(folder, "waypost.yaml"), "routes: []\n");
  });
  after(async () => {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (dataDir: string) => {
    const { PATH = "", HOME = "" } = process.env;
    const [port, opsPort] = [await freePort(), await freePort()];
    output = "";
    opsUrl = `http://127.0.0.1:${opsPort}`;
    child = spawn(process.execPath, [bin, "start"], {
      cwd: folder,
      env: {
        ...{ PATH, HOME, HOST: "127.0.0.1", PORT: String(port), OPS_PORT: String(opsPort) },
        DATA_DIR: join(folder, dataDir),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += String(chunk);
      });
    }
    await waitFor(
      "it catches SIGHUP",
      async () => child.exitCode !== null || (await catches(child)),
    );
  };
  const ready = () =>
    waitFor("it is ready", async () => {
      assert.equal(child.signalCode, null, `it was ended by ${child.signalCode}`);
      return fetch(`${opsUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  const stop = async () => {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = await exited;
    return code as number | null;
  };

  it("is caught before anything is opened, and the file is read again after it", async () => {
    await start("once");
    assert.equal(output, "");
    assert.equal(existsSync(join(folder, "once")), false);
    child.kill("SIGHUP");
    await ready();
    await waitFor("it has reloaded", () => output.includes("reloaded waypost.yaml"));
    assert.equal(output.split("reloaded waypost.yaml").length, 2);
    assert.equal(await stop(), 0);
  });

  it("is caught before the servers are even loaded", async () => {
    const watch = `const on = process.on.bind(process);
      process.on = (name, act) => {
        if (name === "SIGHUP") process.stdout.write(String(process.moduleLoadList.includes("NativeModule http")));
        return on(name, act);
      };`;
    const preload = `data:text/javascript,${encodeURIComponent(watch)}`;
    const started = spawn(process.execPath, ["--import", preload, bin, "start"], { cwd: folder });
    child = started;
    const [said] = await once(started.stdout, "data");
    started.kill("SIGKILL");
    assert.equal(String(said), "false");
  });

  it("harms nothing, again and again at random moments, from then until the end", async () => {
    await start("often");
    let over = false;
    const hammer = async () => {
      while (!over && child.exitCode === null && child.signalCode === null) {
        child.kill("SIGHUP");
        await sleep(Math.random() * 20);
      }
    };
    const hammering = hammer();
    await ready();
    await waitFor("it has reloaded", () => output.includes("reloaded waypost.yaml"));
    const code = await stop();
    over = true;
    await hammering;
    if (code !== 0) console.error("OUTPUT", output.slice(-3000)); assert.deepEqual([code, child.signalCode], [0, null]);
  });
});
