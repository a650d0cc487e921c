import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startCloudApi } from "../destinations/whatsapp-reply/cloud-api.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { waitFor } from "../support/wait-for.ts";
import { freePort } from "./program.ts";
import type { Orders } from "./reply-program.ts";

const program = fileURLToPath(moduleUrl("./reply-program.ts", import.meta.url));
const contacts = 8;

/** Messages of as many contacts, answered by a program that dies at each of these points, and by one that lives. */
async function reply(
  t: TestContext,
  given: {
    readonly deaths: readonly NonNullable<Orders["dieAt"]>[];
    readonly orders?: Partial<Orders>;
  },
) {
  const folder = await mkdtemp(join(tmpdir(), "waypost-replies-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const callback = { url, appSecret: "an invented app secret", wabaId: "900100200300400" };
  const api = await startCloudApi({ callback });
  const orders = {
    folder,
    port,
    url: api.url,
    token: api.token,
    base: Date.now(),
    ...given.orders,
  };
  let child: ChildProcess | undefined;
  const start = (dieAt?: Orders["dieAt"]) => {
    const env = {
      ...process.env,
      REPLY_PROGRAM: JSON.stringify({ ...orders, ...(dieAt && { dieAt }) }),
    };
    child = spawn(process.execPath, [...sourceLoader, program], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    return child;
  };
  t.after(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });
  // Every third answer is lost after the effect, every seventh request is cut before it.
  api.fail(
    ...Array.from({ length: contacts }, (_, at) =>
      at % 3 === 1 ? "lost" : at % 7 === 2 ? "reset" : "none",
    ),
  );
  const written = Promise.all(
    Array.from({ length: contacts }, (_, at) =>
      api.write({ phone: `1555555${String(1_000 + at)}` }, `message ${at}`),
    ),
  );
  for (const death of given.deaths) {
    const [, signal] = await once(start(death), "exit");
    assert.equal(signal, "SIGKILL", death.point);
  }
  start();
  await written;
  const ask = async () => {
    const answer = await fetch(url).catch(() => undefined);
    return (await answer?.json()) as { states: string[]; repeats: number } | undefined;
  };
  await waitFor(
    "all have ended",
    async () => {
      const { states = [] } = (await ask()) ?? {};
      const open = states.filter((state) => ["open", "sending"].includes(state));
      return states.length === contacts && open.length === 0;
    },
    90_000,
  );
  const ended = (await ask()) ?? assert.fail();
  return { ...ended, effects: [...api.effects().values()] };
}

const deaths = (["after remember", "after answer", "before publish", "after write"] as const).map(
  (point) => ({
    ...{ point, count: 2 },
  }),
);

describe("replies under SIGKILL with answers lost", () => {
  it("are there once each, whatever died where, while statuses come", async (t) => {
    const { states, repeats, effects } = await reply(t, { deaths });
    // What was cut before its effect, or died before it was sent, cannot be told from what was sent.
    const delivered = states.filter((state) => state === "delivered");
    const unknown = states.filter((state) => state.startsWith("unknown"));
    assert.equal(delivered.length + unknown.length, contacts, states.join());
    assert.ok(delivered.length > 0, states.join());
    assert.deepEqual(
      effects.filter((count) => count !== 1),
      [],
    );
    assert.ok(effects.length >= delivered.length);
    assert.equal(repeats, 0);
  });

  it("would be doubled if nobody looked", async (t) => {
    const orders = { broken: "find" } as const;
    const { effects } = await reply(t, { deaths: [], orders });
    assert.ok(
      effects.some((count) => count > 1),
      "the test notices nothing",
    );
  });
});
