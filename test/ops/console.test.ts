import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";
import express from "express";
import { createConsole } from "../../src/ops/console.ts";
import { problemHandler } from "../../src/ops/http/problem.ts";
import { createHttpServer, listen } from "../../src/support/http-server.ts";
import { createLog } from "../../src/support/log.ts";

const folder = fileURLToPath(new URL("../../dist/console/", import.meta.url));
const budget = 60_000;
let base = "";
let unbuilt = "";
const servers: { close(): void }[] = [];

async function serve(router: express.Router): Promise<string> {
  const app = express()
    .use(router)
    .use(problemHandler(createLog({ level: "error" })));
  const server = createHttpServer(app, { maxConnections: 10 });
  servers.push(server);
  const { port } = await listen(server, { host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${port}`;
}

before(async () => {
  base = await serve(createConsole());
  unbuilt = await serve(createConsole("/nowhere/at/all"));
});
after(() => servers.forEach((server) => void server.close()));

it("all of the console weighs at most 60 kB gzipped", () => {
  const sizes = readdirSync(folder)
    .filter((name) => name.endsWith(".gz") && name !== "login.html.gz")
    .map((name) => statSync(folder + name).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(sizes.length >= 4, "npm run build has made it");
  assert.ok(total <= budget, `${total} bytes`);
});

it("the page is asked for anew each time, under a policy that allows only our own files", async () => {
  const answer = await fetch(`${base}/console`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/html/);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|data:|\*/);
  const html = await answer.text();
  assert.doesNotMatch(html, /https?:\/\/|<style|style=|<script>/);
});

it("who may be logged in is sent the shell and what to ask at once, everybody else neither", async () => {
  const pageFor = async (headers: Record<string, string>) => {
    const answer = await fetch(`${base}/console`, { headers });
    assert.equal(answer.headers.get("vary"), "Cookie, Accept-Encoding");
    assert.equal(answer.headers.get("content-encoding"), "gzip");
    return await answer.text();
  };
  const Cookie = "other=1; waypost_session=whatever";
  assert.match(await pageFor({ Cookie }), /data-asks="api\/session api\/status".*class="shell"/s);
  assert.doesNotMatch(await pageFor({}), /class="shell"|api\//);
});

it("its files have their hash in the name and are kept for ever, zipped where that is taken", async () => {
  const html = readFileSync(`${folder}index.html`, "utf8");
  const files = [...html.matchAll(/(?:src|href)="(console\/[^"]+)"/g)].map(([, file]) => file);
  assert.equal(files.length, 4);
  for (const file of files) {
    for (const encoding of ["gzip", "identity"]) {
      const answer = await fetch(`${base}/${file}`, { headers: { "Accept-Encoding": encoding } });
      assert.equal(answer.status, 200, file);
      assert.match(answer.headers.get("cache-control") ?? "", /immutable/);
      assert.equal(answer.headers.get("content-encoding"), encoding === "gzip" ? "gzip" : null);
      const expected = readFileSync(`${folder}${file?.replace("console/", "")}`);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), expected);
    }
  }
});

it("nothing else is there, and nobody gets out of the folder", async () => {
  for (const path of ["nope.js", "index.html", "..%2fcli.js", "%2e%2e%2fcli.js", "main.js.gz"]) {
    const answer = await fetch(`${base}/console/${path}`);
    assert.equal(answer.status, 404, path);
  }
  assert.equal((await fetch(`${base}/console`, { method: "POST" })).status, 405);
});

it("with a slash at its end it leads to the page", async () => {
  const answer = await fetch(`${base}/console/`);
  assert.equal(answer.url, `${base}/console`);
});

it("a console that was not built says what to do", async () => {
  const answer = await fetch(`${unbuilt}/console`);
  assert.equal(answer.status, 404);
  assert.match(((await answer.json()) as { detail: string }).detail, /npm run build/);
});
