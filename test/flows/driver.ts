import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contact, WaypostEvent } from "../../src/contracts.ts";
import { appSecret, createProgram, opsToken } from "../faults/program.ts";
import { sign } from "../support/signed.ts";
import { signedBy } from "../support/sources.ts";
import { waitFor } from "../support/wait-for.ts";
import { fenceType, secrets } from "./use-cases.ts";

export interface Row {
  readonly destination: string;
  readonly state: string;
  readonly route: string;
  readonly reason?: string;
  readonly nextAt?: string;
}

/**
 * The whole program with a configuration, to which things happen, and of which the end can be awaited: its route `fence` takes the type of the
 * fence to so many `destinations`.
 */
export async function startDriven(given: string, destinations: number) {
  const folder = await mkdtemp(join(tmpdir(), "waypost-usecases-"));
  const file = join(folder, "waypost.yaml");
  let text = given;
  await writeFile(file, text);
  const program = await createProgram(["start"], {
    DATA_DIR: folder,
    WAYPOST_CONFIG: file,
    LOG_LEVEL: "warn",
    ...secrets,
  });
  await program.start();

  const ask = async <T>(path: string, method = "GET", body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${opsToken}`, "content-type": "application/json" };
    const answer = await fetch(`${program.opsUrl}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text || "null") as T;
  };
  /** Whoever holds a destination learns at once, and not at its next renewal, that it is paused. */
  const reload = async (changed = text) => {
    text = changed;
    await writeFile(file, text);
    await ask("/api/reload", "POST", {});
  };
  const eventsOf = async (phone: string) =>
    (await ask<{ items: WaypostEvent[] }>(`/api/events?contact=${phone}&limit=200`)).items;
  const rowsOf = async (id: string) =>
    (await ask<{ deliveries: Row[] }>(`/api/events/${encodeURIComponent(id)}`)).deliveries;
  const tell = async (...events: readonly object[]) => {
    const { ids } = await ask<{ ids: string[] }>("/api/events", "POST", events);
    return ids;
  };
  const paused = new Set<string>();
  let fences = 0;
  /** All queues, and the log, have taken in what came before. */
  const tellFence = async () => {
    fences += 1;
    const [id = ""] = await tell({ type: fenceType, id: `fence-${fences}`, business: {} });
    const rows = async () => (await rowsOf(id).catch(() => [])).length;
    await waitNow(`${id} has its rows`, async () => (await rows()) >= destinations);
  };
  const fence = shared(tellFence);
  const isDone = (rows: readonly Row[]) =>
    rows.every(
      ({ state, destination }) => !["open", "sending"].includes(state) || paused.has(destination),
    );
  const ended = new Set<string>();
  /** Waits for the end of what is not scheduled; answers whether more may have come of it. */
  const endOf = async ({ id, type }: WaypostEvent): Promise<boolean> => {
    if (ended.has(id)) return false;
    let rows: readonly Row[] = [];
    await waitNow(`all deliveries of ${type}`, async () => {
      rows = await rowsOf(id);
      return isDone(rows);
    }).catch(({ message }: Error) => assert.fail(`${message}: ${JSON.stringify(rows)}`));
    const final = ["delivered", "skipped", "dead"];
    if (rows.every(({ state }) => final.includes(state))) ended.add(id);
    return rows.some(({ state, destination }) => destination === "flows" && state === "delivered");
  };
  /** Nothing more comes of what was sent about this contact, but for what is scheduled or waits for a paused destination. */
  const settle = async (phone: string) => {
    for (const seen = new Set<string>(); ; ) {
      await fence();
      const events = (await eventsOf(phone)).filter(({ id }) => !seen.has(id));
      for (const { id } of events) seen.add(id);
      const more = await Promise.all(events.map(endOf));
      if (!more.includes(true)) return;
    }
  };
  return {
    program,
    ask,
    tell,
    settle,
    eventsOf,
    rowsOf,
    reload,
    /** Each when all that came of the one before is done. */
    async inTurn(phone: string, ...steps: readonly (() => Promise<unknown>)[]) {
      for (const step of steps) {
        await step();
        await settle(phone);
      }
    },
    /** Signed as Meta does. */
    async send(post: object) {
      const body = JSON.stringify(post);
      const answer = await fetch(program.webhookUrl, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-hub-signature-256": sign(body, appSecret),
        },
        body,
      });
      assert.equal(answer.status, 200);
    },
    /** To a source, signed as its kind is. */
    async hook(name: string, signedAs: string, body: object, headers = {}) {
      const bytes = Buffer.from(JSON.stringify(body));
      const url = program.webhookUrl.replace("/webhooks/whatsapp", `/hooks/${name}`);
      const signed = signedBy[signedAs]?.(bytes) ?? {};
      const all = { ...signed, "content-type": "application/json", ...headers };
      return (await fetch(url, { method: "POST", body: new Uint8Array(bytes), headers: all }))
        .status;
    },
    contact: (phone: string) => ask<Contact>(`/api/contacts/${phone}`),
    /** The business data of the events of this type about the contact, oldest first. */
    async business(phone: string, type: string) {
      await settle(phone);
      const events = (await eventsOf(phone)).filter((event) => event.type === type);
      return events.map(({ data }) => data.business).reverse();
    },
    /** It is sent nothing any more. */
    async pause(name: string) {
      await ask(`/api/destinations/${name}/pause`, "POST", { reason: "a test" });
      paused.add(name);
      await reload();
    },
    async resume(name: string) {
      await ask(`/api/destinations/${name}/resume`, "POST", {});
      paused.delete(name);
      await reload();
    },
    async end() {
      await program.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whoever calls while it runs waits for the next run, together. */
function shared(run: () => Promise<void>): () => Promise<void> {
  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= current.then(() => {
      next = undefined;
      current = run();
      return current;
    });
    return next;
  };
}

/** Asks seldom: each question is work for the program that is waited for. */
async function waitNow(what: string, condition: () => Promise<boolean>): Promise<void> {
  let asked = 0;
  const seldom = async () => {
    const isTime = asked++ % 8 === 0;
    return isTime && (await condition());
  };
  await waitFor(what, seldom);
}
