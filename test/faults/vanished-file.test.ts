import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import type { SystemStatus } from "../../src/ops/status/status.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

const senders = 8;
const secret = `whsec_${"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`;

function post(text: string): string {
  const from = `1555555${1_000 + (Number(text) % senders)}`;
  const message = { from, id: `wamid.GONE${text}`, timestamp: "1790000000", type: "text" };
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15555550100", phone_number_id: "700700700700700" },
    contacts: [{ profile: { name: "Mia" }, wa_id: from }],
    messages: [{ ...message, text: { body: text } }],
  };
  const entry = [{ id: "900100200300400", changes: [{ field: "messages", value }] }];
  return JSON.stringify({ object: "whatsapp_business_account", entry });
}

describe("the embedded Waypost without its waypost.yaml", { timeout: 120_000 }, () => {
  const got = new Map<string, number>();
  const acknowledged = new Set<string>();
  /** Slow, so that much waits in the queue. */
  const sink = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { data } = JSON.parse(Buffer.concat(chunks).toString()) as WaypostEvent;
    const text = data.message?.text?.body ?? "";
    got.set(text, (got.get(text) ?? 0) + 1);
    response.end();
  });
  let folder: string;
  let file: string;
  let program: Program;
  let next = 0;
  let over = false;
  before(async () => {
    sink.listen(0, "127.0.0.1");
    await once(sink, "listening");
    folder = await mkdtemp(join(tmpdir(), "waypost-gone-"));
    file = join(folder, "waypost.yaml");
    const { port } = sink.address() as AddressInfo;
    const options = `url: "http://127.0.0.1:${port}/", secret: "${secret}", allowPrivateAddresses: true`;
    await writeFile(
      file,
      `destinations:\n  erp: { kind: webhook, ${options} }\nroutes:\n  - { name: all, when: { type: "whatsapp.#" }, to: erp }\n`,
    );
    program = await createProgram(["start"], { DATA_DIR: join(folder, "data") }, undefined, folder);
  });
  after(async () => {
    over = true;
    await program.kill();
    sink.closeAllConnections();
    sink.close();
    await rm(folder, { recursive: true, force: true });
  });

  const send = async (text: string) => {
    const body = post(text);
    const signature = createHmac("sha256", appSecret).update(body).digest("hex");
    const headers = { "x-hub-signature-256": `sha256=${signature}` };
    const answer = await fetch(program.webhookUrl, { method: "POST", body, headers });
    if (answer.status === 200) acknowledged.add(text);
  };
  /** Until the program is gone, or so many are acknowledged. */
  const load = async (most: number) => {
    const one = async () => {
      while (acknowledged.size < most && !over) {
        const sent = send(String(next++));
        if (!(await sent.then(() => true).catch(() => false))) return;
      }
    };
    await Promise.all(Array.from({ length: senders }, one));
  };
  const status = async () => {
    const headers = { authorization: `Bearer ${opsToken}` };
    const answer = await fetch(`${program.opsUrl}/api/status`, { headers });
    return (await answer.json()) as SystemStatus;
  };
  const problems = async () => (await status()).problems.map(({ what }) => what).join("\n");

  it("starts for the first time silently and happily", async () => {
    await rename(file, `${file}.away`);
    await program.start();
    assert.deepEqual((await status()).problems, []);
    assert.doesNotMatch(program.output(), /"level":"error"|is gone/);
    await program.stop();
    await rename(`${file}.away`, file);
  });

  it("loses nothing of what was acknowledged before and meanwhile, and says what is wrong", async () => {
    await program.start();
    const loading = load(Number.POSITIVE_INFINITY);
    await waitFor("it is under load", () => acknowledged.size > 400 && got.size > 0);
    await program.kill();
    await loading;
    await rename(file, `${file}.away`);
    await program.start();
    assert.match(await problems(), /There is no \S+waypost\.yaml any more.*had: erp\./);
    assert.equal((await status()).ok, false);
    assert.match(program.output(), /"level":"error".*waypost\.yaml is gone/);
    await load(acknowledged.size + 50);
    await waitFor("what came meanwhile waits", async () =>
      /its queue is left and goes on taking events: (?:[5-9]\d|\d{3,}) wait/.test(await problems()),
    );
    await program.stop();
    await rename(`${file}.away`, file);
    await program.start();
    await waitFor("all is delivered", () => [...acknowledged].every((text) => got.has(text)));
    assert.deepEqual((await status()).problems, []);
  });

  it("keeps what it runs with when the file is gone at a reload", async () => {
    await rename(file, `${file}.away`);
    program.hangUp();
    await waitFor("it says so", async () =>
      /is gone; the last reload was refused/.test(await problems()),
    );
    assert.match(program.output(), /was not reloaded; what ran goes on/);
    const text = String(next++);
    await send(text);
    await waitFor("it is delivered", () => got.has(text));
    await rename(`${file}.away`, file);
    program.hangUp();
    await waitFor("all is well again", async () => (await status()).ok);
  });
});
