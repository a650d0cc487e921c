import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { waitFor } from "../support/wait-for.ts";
import { compare, sendLoad } from "./oracle.ts";
import { createProgram, type Program } from "./program.ts";

const broken = fileURLToPath(moduleUrl("./broken-program.ts", import.meta.url));

/** The checks of the other fault tests must see what they look for. */
describe("a Waypost that is broken on purpose", () => {
  let dataDir: string;
  let program: Program;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waypost-broken-"));
  });
  afterEach(async () => {
    await program.kill();
    await rm(dataDir, { recursive: true, force: true });
  });
  const start = async (how: string) => {
    program = await createProgram([how], { DATA_DIR: dataDir }, [...sourceLoader, broken]);
    await program.start();
  };

  /** How many POSTs it has answered with 200. */
  const answered = async () => {
    const text = await (await fetch(`${program.opsUrl}/metrics`)).text();
    return Number(/^waypost_posts_total\{code="200"\} (\d+)/m.exec(text)?.[1] ?? 0);
  };

  it("loses what it acknowledged, when it answers before the confirm and is killed", async () => {
    await start("ack-first");
    const loading = sendLoad([program.webhookUrl], { rate: 150, seconds: 5 });
    await waitFor("traffic runs", async () => (await answered()) > 100);
    await program.kill();
    await program.start();
    const { lost } = await compare(program.opsUrl, await loading, 3_000);
    assert.ok(lost.length > 0);
  });

  it("doubles what comes twice, when ids are not of the item", async () => {
    await start("other-ids");
    const ledger = await sendLoad([program.webhookUrl], { rate: 150, seconds: 2 });
    const { doubled } = await compare(program.opsUrl, ledger, 10_000);
    assert.ok(doubled.length > 0);
  });
});
