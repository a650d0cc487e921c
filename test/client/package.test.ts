import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

const program = `
import { ApiProblem, type Delivery, createClient, type WaypostEvent } from "waypost/client";

const client = createClient({ baseUrl: process.argv[2] ?? "http://127.0.0.1:9", token: "secret" });
export async function retryDead(): Promise<Delivery[]> {
  const dead: Delivery[] = [];
  for await (const each of client.list("/api/deliveries", { query: { state: "dead" }, max: 10 })) dead.push(each);
  for (const { id } of dead) await client.post("/api/deliveries/{id}/retry", { path: { id } });
  return dead;
}
export async function texts(): Promise<(string | undefined)[]> {
  const { items } = await client.get("/api/events", { query: { type: ["whatsapp.message.text"] } });
  return items.map((event: WaypostEvent) => event.data.message?.text?.body);
}
try {
  await texts();
} catch (error) {
  console.log(error instanceof ApiProblem ? error.status : String(error));
}
`;

const mistakes = `
import { createClient } from "waypost/client";
const client = createClient();
client.get("/api/nothing");
client.get("/api/events/{id}");
client.get("/api/events", { query: { state: "dead" } });
client.post("/api/stats");
client.list("/api/stats");
client.get("/api/stats").then((stats) => stats.evnts);
`;

/** The built package (`npm run build`) in a project of its own. */
describe("waypost/client in somebody's project", () => {
  const folder = mkdtempSync(join(tmpdir(), "waypost-client-"));
  before(() => {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/waypost"));
    symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "program.ts"), program);
    writeFileSync(join(folder, "mistakes.ts"), mistakes);
  });
  after(() => rmSync(folder, { recursive: true }));

  const node = (args: string[]) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const tsc = (...args: string[]) =>
    node([
      join(root, "node_modules/typescript/bin/tsc"),
      "--strict",
      "--target",
      "es2023",
      ...args,
    ]);

  it("type-checks by Node's rules, and runs", () => {
    const checked = tsc("--module", "nodenext", "--types", "node", "program.ts");
    assert.deepEqual([checked.stdout, checked.status], ["", 0]);
    const { stdout, stderr } = node(["program.js"]);
    assert.equal(stdout, "ApiUnreachable: Waypost does not answer.\n", stderr);
  });

  it("type-checks for a page in a browser, without Node's types", () => {
    const page = program.replace('process.argv[2] ?? "http://127.0.0.1:9"', '""');
    writeFileSync(join(folder, "page.ts"), page);
    const flags = ["--module", "esnext", "--moduleResolution", "bundler", "--noEmit"];
    const checked = tsc(...flags, "--types", "", "--lib", "es2023,dom", "page.ts");
    assert.deepEqual([checked.stdout, checked.status], ["", 0]);
  });

  it("refuses what the API has not", () => {
    const { stdout } = tsc("--module", "nodenext", "--types", "node", "--noEmit", "mistakes.ts");
    const lines = [...stdout.matchAll(/^mistakes\.ts\((\d+),/gm)].map(([, line]) => Number(line));
    assert.deepEqual([...new Set(lines)], [4, 5, 6, 7, 8, 9], stdout);
  });
});
