import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { StoreError } from "../../src/contracts.ts";
import { addDelivery } from "../ops/deliveries/ledger-rows.ts";
import { type Harness, startOps, token } from "../ops/harness.ts";
import { runCli, startCli } from "../support/cli.ts";
import { textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";

let ops: Harness;
let folder: string;
before(async () => {
  ops = await startOps();
  ops.query.log.push(...Array.from({ length: 250 }, (_, n) => textEvent(250 - n, "two\r\nlines")));
  await addDelivery(ops.ledger, "erp", 1, "dead");
  folder = await mkdtemp(join(tmpdir(), "waypost-export-"));
});
after(async () => {
  await ops.ops.close();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => runCli(["export", ...args], { url: ops.url, token });

describe("waypost export", () => {
  it("writes a file that only its owner reads", async () => {
    const out = join(folder, "events.csv");
    const args = ["events", "--format", "csv", "--type", "whatsapp.message.*", "--out", out];
    const { code, out: printed, err } = await run(...args);
    assert.deepEqual([code, printed, err], [0, "", "250 rows\n"]);
    assert.equal((await readFile(out, "utf8")).split("\r\n").length, 252);
    assert.equal((await stat(out)).mode & 0o777, 0o600);
    assert.deepEqual(ops.query.asked.at(-1)?.filter["types"], ["whatsapp.message.*"]);
  });

  it("prints where no file is named", async () => {
    const { code, out, err } = await run("deliveries", "--state", "dead");
    assert.deepEqual([code, err], [0, "1 row\n"]);
    assert.equal((JSON.parse(out) as { id: string }).id, "erp:evt_1");
  });

  it("leaves the file of before when it breaks off, and says so", async () => {
    const out = join(folder, "kept.ndjson");
    await writeFile(out, "of before");
    const { events } = ops.query;
    ops.query.events = async (filter, page) => {
      if (page.cursor === "after-200") throw new StoreError("outage", "it went away");
      return events(filter, page);
    };
    const { code, err } = await run("events", "--out", out);
    ops.query.events = events;
    assert.equal(code, 3);
    assert.match(err, /^The export broke off after 200 rows: it is not whole\./);
    assert.equal(await readFile(out, "utf8"), "of before");
    assert.deepEqual((await readdir(folder)).sort(), ["events.csv", "kept.ndjson"]);
  });

  it("leaves nothing when it is stopped", async () => {
    const { events } = ops.query;
    let goOn = () => {};
    const stopped = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    ops.query.events = async (filter, page) => {
      if (page.cursor !== undefined) await stopped;
      return events(filter, page);
    };
    const out = join(folder, "stopped.ndjson");
    const { child, code, err } = startCli(["export", "events", "--out", out], {
      ...{ url: ops.url, token },
    });
    const parts = async () => (await readdir(folder)).filter((name) => name.endsWith(".part"));
    await waitFor("a part", async () => (await parts()).length === 1);
    child.kill("SIGINT");
    assert.equal(await code, 130);
    assert.equal(err(), "The export was stopped; nothing of it is kept.\n");
    goOn();
    ops.query.events = events;
    assert.deepEqual(await parts(), []);
  });

  it("exits 2 for a filter that is none, and where the file cannot be", async () => {
    const bad = await run("deliveries", "--state", "lost");
    assert.equal(bad.code, 2);
    assert.match(bad.err, /Allowed choices are scheduled, open/);
    const nowhere = await run("events", "--out", join(folder, "none/events"));
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /cannot be written \(ENOENT\)/);
  });
});
