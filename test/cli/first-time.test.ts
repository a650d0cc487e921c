import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { createClient } from "../../src/client/client.ts";
import type { GraphStub } from "../meta/graph-state.ts";
import { appId, number, secret, startMeta, token, waba } from "../meta/setup.ts";
import { waitFor } from "../support/wait-for.ts";

const bin = fileURLToPath(new URL("../../bin/waypost.js", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** As ngrok tells of itself; the address it gives leads here at once. */
const ngrok = `#!${process.execPath}
console.log(JSON.stringify({ lvl: "info", msg: "starting web service", addr: "127.0.0.1:4040" }));
console.log(JSON.stringify({ lvl: "info", msg: "started tunnel", url: "http://127.0.0.1:" + process.argv[3] }));
setInterval(() => {}, 1000);
`;

interface Folder {
  readonly env: Record<string, string>;
  readonly path: string;
  readonly graph: GraphStub;
  start(): { readonly child: ChildProcessWithoutNullStreams; out(): string };
}

async function startFolder(t: TestContext): Promise<Folder> {
  const graph = await startMeta(t);
  const folder = await mkdtemp(path.join(tmpdir(), "waypost-first-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const tools = path.join(folder, "tools");
  await mkdir(tools);
  await writeFile(path.join(tools, "ngrok"), ngrok, { mode: 0o755 });
  await writeFile(path.join(folder, ".env"), "# mine\nLOG_LEVEL=warn\n", { mode: 0o644 });
  const [PORT, OPS_PORT] = [String(await freePort()), String(await freePort())];
  const env = {
    ...{ PATH: tools, HOME: folder, META_GRAPH_URL: graph.url },
    ...{ HOST: "127.0.0.1", PORT, OPS_PORT },
  };
  return {
    ...{ env, path: folder, graph },
    start() {
      const child = spawn(process.execPath, [bin, "connect", "--tunnel"], { cwd: folder, env });
      let out = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          out += chunk.toString();
        });
      t.after(() => void child.kill("SIGKILL"));
      return { child, out: () => out };
    },
  };
}

/** A message as Meta sends it. */
async function send(callback: string, key: string): Promise<number> {
  const message = {
    from: "15555550123",
    id: "wamid.FIRST",
    timestamp: "1790000001",
    type: "text",
    text: { body: "hello there" },
  };
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15555550100", phone_number_id: number },
    contacts: [{ profile: { name: "Mia" }, wa_id: "15555550123" }],
    messages: [message],
  };
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: waba, changes: [{ field: "messages", value }] }],
  });
  const signature = createHmac("sha256", key).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-hub-signature-256": `sha256=${signature}`,
  };
  return (await fetch(callback, { method: "POST", body, headers })).status;
}

describe("waypost connect --tunnel", { timeout: 120_000 }, () => {
  before(() => assert.ok(bin));

  it("goes from three answers to the first message, and names the cause of a 401", async (t) => {
    const { start, graph, path: folder, env } = await startFolder(t);
    const { child, out } = start();
    child.stdin.end(`${appId}\n${secret}\n${token}\ny\n`);
    await waitFor(
      "the invitation to write",
      () => /Now write to \+1 555-555-0100 from your phone/.test(out()) || child.exitCode !== null,
    );
    assert.match(out(), /Now write to/, out());
    const given = parseEnv(await readFile(path.join(folder, ".env"), "utf8"));
    assert.deepEqual(
      [
        given["META_APP_ID"],
        given["WHATSAPP_APP_SECRET"],
        given["META_ACCESS_TOKEN"],
        given["LOG_LEVEL"],
      ],
      [appId, secret, token, "warn"],
    );
    assert.equal((await stat(path.join(folder, ".env"))).mode & 0o777, 0o600);
    assert.ok((given["WHATSAPP_VERIFY_TOKEN"] ?? "").length >= 32);
    const callback = graph.apps.get(appId)?.subscription?.callback_url ?? "";
    assert.equal(callback, `http://127.0.0.1:${env["PORT"]}/webhooks/whatsapp`);
    assert.deepEqual([...(graph.wabas.get(waba)?.subscribed.keys() ?? [])], [appId]);

    assert.equal(await send(callback, "another-secret"), 401);
    await waitFor("the cause of the 401", () => out().includes("answered 401"));
    assert.equal(await send(callback, secret), 200);
    await waitFor("the message", () => out().includes("It works."));
    assert.match(out(), /✓ .*whatsapp\.message\.text .*Mia .*hello there\nIt works\./);
    for (const hidden of [secret, token, given["WHATSAPP_VERIFY_TOKEN"] ?? ""])
      assert.ok(!out().includes(hidden));

    await theApi(folder, env);
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    assert.equal(code, 0, out());
    assert.match(out(), /The tunnel is closed, and Meta still sends to it/);
    await assert.rejects(fetch(callback));
  });

  it("says that neither program is there, and leaves nothing running", async (t) => {
    const { start, env, path: folder } = await startFolder(t);
    await rm(path.join(folder, "tools", "ngrok"));
    const { child, out } = start();
    child.stdin.end(`${appId}\n${secret}\n${token}\ny\n`);
    const [code] = await once(child, "close");
    assert.equal(code, 2);
    assert.match(out(), /Neither cloudflared nor ngrok is installed/);
    await assert.rejects(fetch(`http://127.0.0.1:${env["OPS_PORT"]}/healthz`));
  });
});

/** Of the Waypost that runs. */
async function theApi(folder: string, env: Record<string, string>): Promise<void> {
  const secrets = parseEnv(await readFile(path.join(folder, "data", "secrets.env"), "utf8"));
  const client = createClient({
    baseUrl: `http://127.0.0.1:${env["OPS_PORT"]}`,
    token: secrets["OPS_TOKENS"] ?? "",
  });
  const connection = await client.get("/api/connect");
  assert.equal(connection.app?.id, appId);
  assert.equal(connection.accounts[0]?.subscribed, true);
  assert.deepEqual(
    connection.problems.map(({ level, kind }) => [level, kind]),
    [["note", "meta_callback"]],
  );
  const doctor = await client.get("/api/doctor");
  const of = (name: string) => doctor.findings.filter((finding) => finding.of === name);
  for (const part of ["config", "broker", "store", "disk", "ops port", "meta"])
    assert.ok(of(part).length > 0, part);
  assert.ok(of("store").every(({ ok }) => ok));
  const test = await client.post("/api/test-message", { body: { to: "local" } });
  assert.deepEqual([test.status, test.test, test.goesTo], [200, true, []]);
  const event = await client.get("/api/events/{id}", { path: { id: test.event ?? "" } });
  assert.equal((event as { data: { test?: boolean } }).data.test, true);
  const real = await client.post("/api/test-message", { body: { asTest: false } });
  assert.deepEqual([real.status, real.test], [200, false]);
}
