import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { MessageView, WaypostEvent } from "../../src/contracts.ts";
import { createProgram, opsToken, type Program } from "../faults/program.ts";
import { needsOwnRabbit, startRabbit } from "../services/rabbitmq.ts";
import { waitFor } from "../support/wait-for.ts";

interface Ended {
  readonly code: number | null;
  readonly lines: readonly { readonly told?: string[]; readonly failed?: string }[];
}

/** What an example must do: tell both things both ways, so that both are in the log; and say what is wrong. */
export function publisherSuite(
  name: string,
  command: () => readonly [string, ...string[]],
  skip: string | false,
): void {
  const run = (env: Record<string, string>) =>
    new Promise<Ended>((resolve) => {
      const [program, ...args] = command();
      const child = execFile(program, args, { env: { ...process.env, ...env } }, (_, stdout) => {
        const lines = stdout.split("\n").filter((line) => line !== "");
        resolve({ code: child.exitCode, lines: lines.map((line) => JSON.parse(line)) });
      });
    });
  const ask = async <T>(program: Program, path: string): Promise<T | undefined> => {
    const headers = { authorization: `Bearer ${opsToken}` };
    const response = await fetch(program.opsUrl + path, { headers });
    return response.ok ? ((await response.json()) as T) : undefined;
  };
  const both = async (program: Program, way: string) => {
    const find = () => ask<WaypostEvent>(program, `/api/events/payment-1001-${way}`);
    await waitFor(`the payment by ${way}`, async () => (await find()) !== undefined);
    assert.deepEqual((await find())?.data.contact, { waId: "15555550123" });
    const message = `/api/messages/wamid.1001-${way}`;
    await waitFor(`the message by ${way}`, async () => (await ask(program, message)) !== undefined);
    const view = await ask<MessageView>(program, message);
    assert.deepEqual(
      [view?.direction, view?.template, view?.sentBy, view?.ref],
      ["out", "order_update", "bot", { order: "1001" }],
    );
    assert.equal(view?.events.length, 1);
  };

  describe(`the publisher in ${name}`, { skip }, () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "waypost-publisher-"));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it("tells over HTTP, the same twice as once, and says what refuses it", async () => {
      const program = await createProgram(["start"], { DATA_DIR: folder }, undefined, folder);
      await program.start();
      try {
        const env = { WAYPOST_URL: program.opsUrl, WAYPOST_TOKEN: opsToken, RABBITMQ_URL: "" };
        for (let i = 0; i < 2; i += 1) {
          const { code, lines } = await run(env);
          assert.deepEqual(lines[0]?.told, ["payment-1001-http", "message-1001-http"]);
          assert.equal(code, 0);
        }
        await both(program, "http");
        const refused = await run({ ...env, WAYPOST_TOKEN: "nobody's" });
        assert.equal(refused.code, 1);
        assert.match(refused.lines[0]?.failed ?? "", /bearer token/);
      } finally {
        await program.stop();
      }
    });

    it("tells over RabbitMQ", needsOwnRabbit(), async () => {
      const rabbit = await startRabbit();
      const env = { DATA_DIR: folder, RABBITMQ_URL: rabbit.url };
      const program = await createProgram(["start"], env, undefined, folder);
      try {
        await program.start();
        const { code, lines } = await run({ WAYPOST_URL: "", RABBITMQ_URL: rabbit.url });
        assert.deepEqual(lines[0]?.told, ["payment-1001-amqp", "message-1001-amqp"]);
        assert.equal(code, 0);
        await both(program, "amqp");
      } finally {
        await program.stop();
        await rabbit.cleanup();
      }
    });
  });
}
