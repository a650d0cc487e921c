import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { makeText, second } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const counter = fileURLToPath(moduleUrl("./series-counter.ts", import.meta.url));
const now = second(20 * 3_600);
const always = { from: second(-86_400), to: second(2 * 86_400) };

/** Counts until it is done, or is killed after so many slices; answers with how far it was after each. */
async function count(path: string, killAfter = Number.POSITIVE_INFINITY): Promise<string[]> {
  const child = spawn(process.execPath, [...sourceLoader, counter, path, now], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split("\n").length > killAfter) child.kill("SIGKILL");
  });
  await once(child, "close");
  return said.split("\n").slice(0, -1);
}

async function open<T>(
  path: string,
  use: (store: Awaited<ReturnType<typeof openEmbeddedStore>>) => Promise<T>,
): Promise<T> {
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  return use(store).finally(() => store.close());
}

it("counts the same as without, where SIGKILL hits who counts in the middle, and goes on where it ended", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-series-"));
  const [killed, whole] = [join(folder, "killed.db"), join(folder, "whole.db")];
  const events = Array.from({ length: 400 }, (_, n) =>
    makeText("x", { at: n * 170, contact: { waId: `1555555${String(1_000 + (n % 37))}` } }),
  );
  for (const path of [killed, whole]) await open(path, (store) => store.append(events));
  await count(whole);
  const runs = [await count(killed, 2), await count(killed, 2), await count(killed)];
  const ends = runs.map((said) => said.at(-1) ?? "");
  const starts = runs.map((said) => said[0] ?? "");
  assert.ok((ends[0] ?? "") < second(18 * 3_600), "it was killed in the middle");
  assert.ok(
    (starts[1] ?? "") > (ends[0] ?? "") && (starts[2] ?? "") > (ends[1] ?? ""),
    "it began anew",
  );
  const rows = (path: string) =>
    open(path, async ({ series }) => [
      ...(await series.find("account", "minute", always)),
      ...(await series.find("account", "hour", always)),
      ...(await series.find("account", "day", always)),
    ]);
  const counted = await rows(whole);
  assert.equal(counted.filter(({ step }) => step === "minute").length, 400);
  assert.deepEqual(await rows(killed), counted);
  await rm(folder, { recursive: true });
});
