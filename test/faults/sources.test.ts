import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { QuarantineEntry, WaypostEvent } from "../../src/contracts.ts";
import { fixtureBody, signedBy, sourceSecrets, sourcesYaml } from "../support/sources.ts";
import { waitFor } from "../support/wait-for.ts";
import { createProgram, opsToken, type Program } from "./program.ts";

describe("sources in the whole program", () => {
  let folder: string;
  let yaml: string;
  let program: Program;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-sources-"));
    yaml = join(folder, "waypost.yaml");
    await copyFile(sourcesYaml, yaml);
    program = await createProgram(["start"], {
      DATA_DIR: folder,
      WAYPOST_CONFIG: yaml,
      ...sourceSecrets,
    });
    await program.start();
  });
  after(async () => {
    await program.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const postTo = async (name: string, body: Buffer) => {
    const url = program.webhookUrl.replace("/webhooks/whatsapp", `/hooks/${name}`);
    const headers = signedBy[name]?.(body) ?? {};
    return (await fetch(url, { method: "POST", body: new Uint8Array(body), headers })).status;
  };
  const ask = async <T>(path: string, method = "GET", body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${opsToken}`, "content-type": "application/json" };
    const answer = await fetch(`${program.opsUrl}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json() as Promise<T>;
  };
  const events = async (type: string) =>
    (await ask<{ items: WaypostEvent[] }>(`/api/events?type=${type}&limit=200`)).items;

  it("killed right after each 200, lose nothing, and what comes again is there once", async () => {
    const template = fixtureBody("stripe/payment-intent-succeeded.json").toString();
    const sent: string[] = [];
    for (let kill = 0; kill < 3; kill += 1) {
      for (let i = 0; i < 5; i += 1) {
        const amount = 1_000 * (kill + 1) + i;
        const body = template
          .replace("evt_3QinventedAAAAAAAA0example", `evt_${amount}`)
          .replace('"amount_received": 2599', `"amount_received": ${amount}00`);
        assert.equal(await postTo("stripe", Buffer.from(body)), 200);
        sent.push(body);
      }
      await program.kill();
      await program.start();
    }
    for (const body of sent) assert.equal(await postTo("stripe", Buffer.from(body)), 200);
    const amounts = async () =>
      (await events("business.payment.succeeded"))
        .map(({ data }) => Number(data.business?.["amount"]))
        .sort((a, b) => a - b);
    const expected = [0, 1, 2].flatMap((kill) =>
      [0, 1, 2, 3, 4].map((i) => 1_000 * (kill + 1) + i),
    );
    await waitFor("all are in the log", async () => (await amounts()).length >= expected.length);
    assert.deepEqual(await amounts(), expected);
  });

  it("become events of the right contact, in one conversation", async () => {
    for (const [name, path] of [
      ["shopify", "shopify/orders-create.json"],
      ["zendesk", "zendesk/ticket-solved.json"],
      ["form", "hook/form.txt"],
    ] as const) {
      assert.equal(await postTo(name, fixtureBody(path)), 200, name);
    }
    const found = async () =>
      (await ask<{ items: WaypostEvent[] }>("/api/events?contact=4915123456789&limit=200")).items;
    const types = ["order.created", "conversation.closed", "form.submitted", "payment.succeeded"];
    await waitFor("all are in the log", async () => {
      const all = new Set((await found()).map(({ type }) => type));
      return types.every((type) => all.has(`business.${type}`));
    });
    const conversations = new Set((await found()).map(({ data }) => data.conversationId));
    assert.equal(conversations.size, 1);
  });

  it("that could not be used lie in quarantine, and are read again by the rules of a reload", async () => {
    const body = Buffer.from("name=Mia&telephone=%2B49+151+99999999");
    assert.equal(await postTo("form", body), 200);
    const kept = async () => (await ask<{ items: QuarantineEntry[] }>("/api/quarantine")).items;
    await waitFor("it is kept", async () => (await kept()).length === 1);
    const [entry] = await kept();
    assert.equal(entry?.source, "/hooks/form");
    assert.deepEqual(Buffer.from(entry?.dataBase64 ?? "", "base64"), body);

    const text = await readFile(yaml, "utf8");
    await writeFile(
      yaml,
      text.replace(
        '"{{ body.phone }}" }, data: "{{ body }}"',
        '"{{ body.telephone }}" }, data: "{{ body }}"',
      ),
    );
    program.hangUp();
    await waitFor("it is reloaded", () => program.output().includes("reloaded waypost.yaml"));
    const again = { from: "2026-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", dryRun: false };
    await ask("/api/renormalizations", "POST", again);
    await waitFor("it is an event", async () =>
      (await events("business.form.submitted")).some(
        ({ data }) =>
          data.contact?.waId === "4915199999999" && data.receivedAt === entry?.receivedAt,
      ),
    );
  });

  it("are no more where a reload takes them away", async () => {
    const text = await readFile(yaml, "utf8");
    await writeFile(yaml, text.replace(/^ {2}zendesk:[\s\S]*?(?=^ {2}form:)/m, ""));
    program.hangUp();
    const gone = async () =>
      (await postTo("zendesk", fixtureBody("zendesk/ticket-solved.json"))) === 404;
    await waitFor("the source is gone", gone);
    assert.equal(await postTo("shopify", fixtureBody("shopify/orders-create.json")), 200);
  });
});
