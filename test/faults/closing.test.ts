import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { messagesPost, textMessage } from "../support/meta-post.ts";
import { sign } from "../support/signed.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

describe("closing by silence in the whole program", () => {
  it("reaches a webhook, and is one event also when it was killed on the way", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "waypost-closing-"));
    const hook = await startHook();
    const yaml = join(folder, "waypost.yaml");
    await writeFile(
      yaml,
      `conversations: { closeAfter: 2s }
destinations:
  crm: { kind: webhook, url: "http://127.0.0.1:${hook.port}/", allowPrivateAddresses: true, secret: whsec_aW52ZW50ZWQgc2VjcmV0IGZvciB0ZXN0cw== }
routes:
  - { name: closed, when: { type: business.conversation.closed }, to: [crm] }
`,
    );
    const program = await createProgram(["start"], { DATA_DIR: folder, WAYPOST_CONFIG: yaml });
    t.after(async () => {
      await program.kill();
      await hook.close();
      await rm(folder, { recursive: true, force: true });
    });
    await program.start();
    await write(program, "wamid.first");
    await waitFor("the first silence is told", async () => hook.events.length > 0);
    // Told, and maybe not settled.
    await program.kill();
    await program.start();
    await write(program, "wamid.second");
    const closed = async () => {
      const url = `${program.opsUrl}/api/events?type=business.conversation.closed`;
      const headers = { authorization: `Bearer ${opsToken}` };
      return ((await (await fetch(url, { headers })).json()) as { items: WaypostEvent[] }).items;
    };
    const told = () => new Set(hook.events.map(({ id }) => id));
    await waitFor("the second silence is told", async () => told().size > 1);
    await waitFor("both are in the log", async () => (await closed()).length > 1);
    const all = (await closed()).toReversed();
    assert.deepEqual(
      all.map(({ id }) => id),
      [...told()],
    );
    const [first] = all;
    assert.equal(first?.data.business?.["by"], "silence");
    assert.equal(first?.data.conversationId, hook.events[0]?.data.conversationId);
  });
});

async function write({ webhookUrl }: Program, id: string): Promise<void> {
  const body = JSON.stringify(messagesPost([textMessage(id)]));
  const headers = { "x-hub-signature-256": sign(body, appSecret) };
  assert.equal((await fetch(webhookUrl, { method: "POST", body, headers })).status, 200);
}

async function startHook() {
  const events: WaypostEvent[] = [];
  const server = createServer(async (request, response) => {
    events.push((await json(request)) as WaypostEvent);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    events,
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
