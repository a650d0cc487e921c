import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../support/array-log.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const writer = fileURLToPath(moduleUrl("./store-embedded-writer.ts", import.meta.url));

/** Answers with the ids it printed before SIGKILL hit it. */
async function writeUntilKilled(path: string, name: string, afterLines: number): Promise<string[]> {
  const child = spawn(process.execPath, [...sourceLoader, writer, path, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split("\n").length > afterLines) child.kill("SIGKILL");
  });
  await once(child, "close");
  return said.split("\n").slice(0, -1);
}

it("has every event it acknowledged after SIGKILL, whole batches only, and opens again at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-store-"));
  const path = join(folder, "store.db");
  const acknowledged: string[] = [];
  for (let kill = 0; kill < 4; kill++) {
    acknowledged.push(...(await writeUntilKilled(path, `k${kill}`, 100 + kill * 90)));
  }
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  try {
    for (const id of acknowledged) assert.notEqual(await store.event(id), undefined, id);
    const { events, messages } = await store.stats();
    assert.ok(acknowledged.length > 500);
    assert.ok(events >= acknowledged.length && events % 20 === 0, `${events} events`);
    assert.equal(messages, events);
    assert.equal((await store.events({ text: "load" }, { limit: 200 })).items.length, 200);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});
