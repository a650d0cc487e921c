import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connect, type Message } from "amqplib";
import { formsOf } from "../destinations/echoes.ts";
import { startStub } from "../destinations/stub.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

const word = "kanarie7391";
const phone = "4915590007391";
const secrets = [appSecret, opsToken, "invented_verify_token", "mongo-password", "guest:guest"];

/** Values that Waypost must understand to do its work; all other strings carry the canary. */
const structural =
  /^(object|field|type|status|event|event_name|action|action_type|mime_type|sha256|timestamp|messaging_product|direction|sdp_type|category|pricing_model|currency|media_type|source_type|id|phone_number_id|group_id|call_id|message_id|original_message_id|.*_timestamp|.*_id)$/;
const personal = /^(from|to|wa_id|phone|phone_number|recipient_id|recipient_participant_id)$/;

function plant(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => plant(item, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, plant(item, name)]),
    );
  }
  if (typeof value !== "string") return value;
  if (personal.test(key)) return phone;
  if (key === "user_id" || key === "from_user_id") return `DE.${word}`;
  return structural.test(key) ? value : `${value} ${word}`;
}

const sign = (body: string) =>
  `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;

async function sendAll(program: Program): Promise<string[]> {
  const answers: string[] = [];
  const post = async (body: string, signature: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(program.webhookUrl, {
      method: "POST",
      body,
      headers: { "x-hub-signature-256": signature, ...headers },
    });
    answers.push(await answer.text(), JSON.stringify([...answer.headers]));
    return answer.status;
  };
  for (const name of await readdir("fixtures/meta")) {
    const body = JSON.stringify(plant(JSON.parse(await readFile(`fixtures/meta/${name}`, "utf8"))));
    assert.equal(await post(body, sign(body)), 200, name);
  }
  const broken = `{"object":"whatsapp_business_account","entry":[{"${word}":"${phone}"`;
  assert.equal(await post(broken, sign(broken)), 200);
  assert.equal(await post(broken, `sha256=${word}`), 401);
  assert.equal(await post(broken, sign(`${broken} `)), 401);
  assert.equal(await post(broken, sign(broken), { "content-encoding": "gzip" }), 415);
  const asks = [
    `${program.webhookUrl}?hub.mode=subscribe&hub.verify_token=${word}&hub.challenge=${phone}`,
    `${program.webhookUrl}/${word}?text=${phone}`,
    `${program.opsUrl}/${word}`,
  ];
  const queries = [
    `text=${word}%00&limit=${phone}`,
    `${word}=${phone}`,
    `cursor=${word}`,
    `type=${word}!`,
  ];
  const tokens = [opsToken, word];
  for (const url of asks) answers.push(await (await fetch(url)).text());
  for (const query of queries) {
    for (const token of tokens) {
      const answer = await fetch(`${program.opsUrl}/api/events?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.ok([400, 401].includes(answer.status), `${query}: ${answer.status}`);
      answers.push(await answer.text());
    }
  }
  return answers;
}

function assertNoCanary(where: string, text: string): void {
  for (const canary of [word, phone, ...secrets]) {
    const at = text.indexOf(canary);
    assert.equal(
      at,
      -1,
      `${where} holds ${canary}: …${text.slice(Math.max(0, at - 200), at + 60)}…`,
    );
  }
}

describe("canaries in every field", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waypost-canary-"));
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  it("reach the log of events, but no log line, metric or error answer", async () => {
    const program = await createProgram(["start"], {
      DATA_DIR: dataDir,
      LOG_LEVEL: "debug",
      NODE_ENV: "production",
    });
    await program.start();
    try {
      const answers = await sendAll(program);
      const stored = async () =>
        (
          await fetch(`${program.opsUrl}/api/events?text=${word}&limit=1`, {
            headers: { authorization: `Bearer ${opsToken}` },
          })
        ).text();
      await waitFor("a canary is stored", async () => (await stored()).includes(word));
      const metrics = await (await fetch(`${program.opsUrl}/metrics`)).text();
      assertNoCanary("an answer", answers.join("\n"));
      assertNoCanary("the metrics", metrics);
      assert.match(metrics, /waypost_unauthorized_total\{reason="mismatch"\} 1/);
    } finally {
      await program.stop();
    }
    assert.match(program.output(), /"level":"debug"/);
    assertNoCanary("the output", program.output());
  });

  it("are repeated by receivers, in all forms, but not by Waypost", async () => {
    const basic = { username: "waypost", password: "invented pass/word" };
    const pair = `${basic.username}:${basic.password}`;
    const forms = [word, phone, pair].flatMap(formsOf);
    const alerts: string[] = [];
    const codes: Record<string, number> = { "/refuses": 422, "/is-out": 500, "/locks": 401 };
    const stub = await startStub(({ path, headers, body }) => {
      if (path === "/alerts") alerts.push(body);
      const said = [...forms, headers.authorization, body.slice(0, 1_000)];
      return {
        status: codes[path] ?? 200,
        statusText: forms.slice(0, 6).join(" "),
        body: said.join(" "),
      };
    });
    const target = (path: string) =>
      `{ kind: webhook, url: "${stub.url}${path}", basic: ${JSON.stringify(basic)}, allowPrivateAddresses: true }`;
    const yaml = [
      "destinations:",
      `  refusing: ${target("/refuses")}`,
      `  out: ${target("/is-out")}`,
      `  locked: ${target("/locks")}`,
      `routes: [{ name: all, when: { type: "whatsapp.#" }, to: [refusing, out, locked] }]`,
      `alerts: { to: ${target("/alerts")}, breakerOpenFor: 1s }`,
    ];
    const folder = await mkdtemp(join(tmpdir(), "waypost-echo-"));
    const WAYPOST_CONFIG = join(folder, "waypost.yaml");
    await writeFile(WAYPOST_CONFIG, yaml.join("\n"));
    const program = await createProgram(["start"], {
      DATA_DIR: folder,
      WAYPOST_CONFIG,
      LOG_LEVEL: "debug",
      NODE_ENV: "production",
    });
    const ask = async (path: string) => {
      const headers = { authorization: `Bearer ${opsToken}` };
      return (await fetch(`${program.opsUrl}${path}`, { headers })).text();
    };
    await program.start();
    try {
      await sendAll(program);
      await waitFor("a dead delivery", async () =>
        (await ask("/api/deliveries?state=dead")).includes("422"),
      );
      await waitFor("alerts of all three", () =>
        ["refusing", "out", "locked"].every((name) => alerts.join().includes(name)),
      );
      const kept = JSON.parse(await ask("/api/deliveries?state=dead&limit=200")) as {
        items: { reason: string; history: unknown }[];
      };
      assert.ok(kept.items.length > 50);
      const told = {
        "an alert": alerts.join("\n"),
        "the metrics": await ask("/metrics"),
        "the status": await ask("/api/status"),
        "the destinations": await ask("/api/destinations"),
        "a reason": kept.items.map(({ reason }) => reason).join("\n"),
        "the output": program.output(),
      };
      assert.match(told["the output"], /a delivery is dead.*422|422.*a delivery is dead/);
      for (const [where, text] of Object.entries(told)) {
        for (const each of [...forms, "invented pass"]) {
          assert.ok(!text.toLowerCase().includes(each.toLowerCase()), `${where} holds ${each}`);
        }
      }
    } finally {
      await program.stop();
      await stub.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it(
    "are in no AMQP header, property or routing key, nor logged when RabbitMQ goes away",
    needsOwnRabbit(),
    async () => {
      const rabbit: Rabbit = await startRabbit();
      const program = await createProgram(["start"], {
        DATA_DIR: join(dataDir, "."),
        RABBITMQ_URL: rabbit.url,
        LOG_LEVEL: "debug",
        NODE_ENV: "production",
      });
      const connection = await connect(rabbit.url);
      connection.on("error", () => undefined);
      const seen: Message[] = [];
      try {
        await program.start();
        const channel = await connection.createChannel();
        const { queue } = await channel.assertQueue("", { exclusive: true });
        await channel.bindQueue(queue, "waypost.events", "#");
        await channel.bindQueue(queue, "waypost.quarantine", "#");
        await channel.consume(queue, (message) => message && seen.push(message), { noAck: true });
        await sendAll(program);
        await waitFor("all events pass", () => seen.length > 150);
        const outside = seen.map(({ fields, properties }) =>
          JSON.stringify({ fields, properties }),
        );
        assertNoCanary("an AMQP message's outside", outside.join("\n"));
        assert.ok(seen.some(({ content }) => content.includes(word)));
        await connection.close();
        await rabbit.kill();
        await sendAll(program);
      } finally {
        await program.stop();
        await rabbit.cleanup();
      }
      assert.match(program.output(), /spooling/);
      assertNoCanary("the output", program.output());
    },
  );
});
