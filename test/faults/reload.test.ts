import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

const conversations = 8;
const each = 40;
const phoneOf = (conversation: number) => `1555555${1_000 + conversation}`;

/** A webhook receiver that remembers what it got, by path and conversation, in order. */
function createSink(): Server & { readonly got: Map<string, string[]> } {
  const got = new Map<string, string[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { data } = JSON.parse(Buffer.concat(chunks).toString()) as WaypostEvent;
    const key = `${request.url} ${data.contact?.waId}`;
    got.set(key, [...(got.get(key) ?? []), data.message?.text?.body ?? ""]);
    response.end();
  });
  return Object.assign(server, { got });
}

async function say(program: Program, conversation: number, index: number): Promise<void> {
  const from = phoneOf(conversation);
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "900100200300400",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "15555550100", phone_number_id: "700700700700700" },
              contacts: [{ profile: { name: "Mia" }, wa_id: from }],
              messages: [
                {
                  from,
                  id: `wamid.RELOAD${conversation}X${index}`,
                  timestamp: "1790000000",
                  type: "text",
                  text: { body: String(index) },
                },
              ],
            },
          },
        ],
      },
    ],
  });
  const signature = createHmac("sha256", appSecret).update(body).digest("hex");
  const headers = { "x-hub-signature-256": `sha256=${signature}` };
  const answer = await fetch(program.webhookUrl, { method: "POST", body, headers });
  assert.equal(answer.status, 200);
}

describe("waypost.yaml reloaded under load", () => {
  const sink = createSink();
  let folder: string;
  let program: Program;
  before(async () => {
    sink.listen(0, "127.0.0.1");
    await once(sink, "listening");
    folder = await mkdtemp(join(tmpdir(), "waypost-reload-"));
    await configure(["first"]);
    program = await createProgram(["start"], {
      DATA_DIR: folder,
      WAYPOST_CONFIG: join(folder, "waypost.yaml"),
    });
    await program.start();
  });
  after(async () => {
    await program.kill();
    sink.closeAllConnections();
    sink.close();
    await rm(folder, { recursive: true, force: true });
  });

  const configure = (names: readonly string[]) => {
    const { port } = sink.address() as AddressInfo;
    const options = `url: "http://127.0.0.1:${port}/NAME", secret: ${"whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, allowPrivateAddresses: true`;
    const lines = names.map(
      (name) => `  ${name}: { kind: webhook, ${options.replace("NAME", name)} }`,
    );
    const yaml = `destinations:\n${lines.join("\n")}\nroutes:\n  - { name: all, when: { type: "whatsapp.#" }, to: [${names}] }\n`;
    return writeFile(join(folder, "waypost.yaml"), yaml);
  };
  const reloads = () => program.output().split("reloaded waypost.yaml").length - 1;

  it("keeps every conversation in order and whole, and a new destination misses nothing after it", async () => {
    const talk = async (conversation: number) => {
      for (let index = 0; index < each; index += 1) {
        await say(program, conversation, index);
        if (conversation === 0 && index === each / 4) {
          await configure(["first", "second"]);
          program.hangUp();
        }
        if (conversation === 0 && index === each / 2)
          await waitFor("the reload", () => reloads() === 1);
      }
    };
    await Promise.all(Array.from({ length: conversations }, (_, i) => talk(i)));
    await waitFor("the second reload", () => reloads() === 1);
    for (let i = 0; i < conversations; i += 1) await say(program, i, each);
    const expected = Array.from({ length: each + 1 }, (_, index) => String(index));
    const lastOf = (path: string, i: number) => sink.got.get(`/${path} ${phoneOf(i)}`)?.at(-1);
    for (const path of ["first", "second"]) {
      await waitFor(`all reached ${path}`, () =>
        Array.from({ length: conversations }, (_, i) => lastOf(path, i)).every(
          (at) => at === String(each),
        ),
      );
    }
    for (let i = 0; i < conversations; i += 1) {
      assert.deepEqual(sink.got.get(`/first ${phoneOf(i)}`), expected);
      const second = sink.got.get(`/second ${phoneOf(i)}`) ?? [];
      assert.deepEqual(second, expected.slice(-second.length));
      assert.ok(second.length >= 1);
    }
    assert.ok((sink.got.get(`/second ${phoneOf(0)}`)?.length ?? 0) >= each / 2);
  });

  it("refuses a file with problems and goes on as before", async () => {
    await writeFile(join(folder, "waypost.yaml"), "routes:\n  - { name: x, to: [nobody] }\n");
    program.hangUp();
    await waitFor("it is refused", () => program.output().includes("was not reloaded"));
    await say(program, 0, each + 1);
    await waitFor(
      "it is delivered",
      () => sink.got.get(`/first ${phoneOf(0)}`)?.at(-1) === String(each + 1),
    );
  });

  it("is reloaded over the API too, which answers with what is wrong", async () => {
    const reload = async () => {
      const headers = { authorization: `Bearer ${opsToken}` };
      const answer = await fetch(`${program.opsUrl}/api/reload`, { method: "POST", headers });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const refused = await reload();
    assert.equal(refused.status, 422);
    const errors = refused.body["errors"] as { parameter: string; reason: string }[];
    assert.deepEqual(
      errors.map(({ parameter }) => parameter),
      ["waypost.yaml:2 routes[0].when", "waypost.yaml:2 routes[0].to[0]"],
    );
    await configure(["first", "third"]);
    const done = await reload();
    assert.equal(done.status, 200);
    const counts = { reloaded: true, destinations: 2, routes: 1, warnings: [], others: [] };
    assert.deepEqual(done.body, counts);
    await say(program, 0, each + 2);
    await waitFor("it is delivered there too", () => sink.got.has(`/third ${phoneOf(0)}`));
  });
});
