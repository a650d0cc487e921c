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
/** Every second is written to by a destination with `onUnknown: repeat`; of every second two no status is told. */
const contacts = Array.from({ length: 16 }, (_, at) => ({
  phone: `1555555${String(1_000 + at)}`,
  repeats: at % 2 === 1,
  isQuiet: at % 4 >= 2,
}));

/** Messages of these contacts, answered by a program that dies at each of these points, and by one that lives. */
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
  const quiet = new Set(contacts.filter(({ isQuiet }) => isQuiet).map(({ phone }) => phone));
  const api = await startCloudApi({ callback, isQuiet: ({ phone = "" }) => quiet.has(phone) });
  const orders = {
    folder,
    port,
    url: api.url,
    token: api.token,
    base: Date.now(),
    repeating: contacts.filter(({ repeats }) => repeats).map(({ phone }) => phone),
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
  api.fail(...contacts.map((_, at) => (at % 3 === 1 ? "lost" : at % 7 === 2 ? "reset" : "none")));
  const written = Promise.all(
    contacts.map(({ phone }, at) => api.write({ phone }, `message ${at}`)),
  );
  for (const death of given.deaths) {
    const [, signal] = await once(start(death), "exit");
    assert.equal(signal, "SIGKILL", death.point);
  }
  start();
  await written;
  const ask = async () => {
    const answer = await fetch(url).catch(() => undefined);
    return (await answer?.json()) as
      | { states: [phone: string, state: string][]; repeats: Record<string, number> }
      | undefined;
  };
  await waitFor(
    "all have ended",
    async () => {
      const { states = [] } = (await ask()) ?? {};
      const open = states.filter(([, state]) => ["open", "sending"].includes(state));
      return states.length === contacts.length && open.length === 0;
    },
    90_000,
  );
  const { states, repeats } = (await ask()) ?? assert.fail();
  const stateOf = new Map(states);
  return {
    repeats,
    replies: contacts.map((contact) => ({
      ...contact,
      state: stateOf.get(contact.phone) ?? "none",
      sent: api.messages.filter(({ to }) => to.phone === contact.phone).length,
    })),
  };
}

const deaths = (["after remember", "after answer", "before publish", "after write"] as const).map(
  (point) => ({
    ...{ point, count: 2 },
  }),
);

type Replied = Awaited<ReturnType<typeof reply>>["replies"][number];

/** What is wrong about one message; undefined: nothing. What was never sent cannot be told from what was: it is dead, and says so. */
function wrongAbout({ state, sent, repeats, isQuiet }: Replied): string | undefined {
  const isUnknown = state.startsWith("unknown: ");
  const is = `${state}, sent ${sent} times`;
  if (state !== "delivered" && (repeats || !isUnknown)) return `${is}: it is lost`;
  if (state === "delivered" && sent === 0) return `${is}: nobody sent it`;
  if (isUnknown && sent > 0 && !isQuiet) return `${is}: its status tells`;
  return sent > 1 && !(repeats && isQuiet) ? `${is}: it is doubled` : undefined;
}

const wrongIn = (replies: readonly Replied[]) => replies.flatMap((each) => wrongAbout(each) ?? []);

describe("replies under SIGKILL with answers lost", { concurrency: 2 }, () => {
  it("are there once each while statuses come; without, what may be there twice is counted", async (t) => {
    const { replies, repeats } = await reply(t, { deaths });
    assert.deepEqual(wrongIn(replies), []);
    assert.equal(repeats["whatsapp"], 0);
    const doubled = replies.reduce((sum, { sent }) => sum + Math.max(0, sent - 1), 0);
    assert.ok(doubled <= (repeats["whatsapp-repeat"] ?? 0), `${doubled} doubled`);
  });

  for (const [broken, what] of [
    ["find", "if nobody looked"],
    ["key", "if each attempt had a key of its own"],
  ] as const) {
    it(`would not be there once each ${what}`, async (t) => {
      const { replies } = await reply(t, { deaths: [], orders: { broken } });
      assert.notDeepEqual(wrongIn(replies), [], "the test notices nothing");
    });
  }
});
