import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Replay, WaypostEvent } from "../../src/contracts.ts";
import { type Stub, startStub } from "../destinations/stub.ts";
import { waitFor } from "../support/wait-for.ts";
import { createProgram, opsToken, type Program } from "./program.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const people = ["15555550101", "15555550102", "15555550103"];

describe("a new destination that is given what came before it", () => {
  let folder: string;
  let stub: Stub;
  let program: Program;
  const book: WaypostEvent[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-backfill-"));
    stub = await startStub(({ body }) => {
      book.push(JSON.parse(body) as WaypostEvent);
      return { status: 204 };
    });
    const file = join(folder, "waypost.yaml");
    const crm = { kind: "webhook", url: `${stub.url}/in`, secret, allowPrivateAddresses: true };
    const route = { name: "live", when: { type: "business.live" }, to: ["crm"] };
    const account = { berlin: { phoneNumberId: "700700700700700" } };
    // JSON is YAML.
    await writeFile(
      file,
      JSON.stringify({ accounts: account, destinations: { crm }, routes: [route] }),
    );
    program = await createProgram(["start"], {
      DATA_DIR: folder,
      WAYPOST_CONFIG: file,
      LOG_LEVEL: "warn",
    });
    await program.start();
  });
  after(async () => {
    await program.kill();
    await stub.close();
    await rm(folder, { recursive: true, force: true });
  });
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${opsToken}`, "content-type": "application/json" };
    const method = body === undefined ? "GET" : "POST";
    const answer = await fetch(program.opsUrl + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as T;
  };
  const tell = (type: string, from: number, count: number) =>
    ask(
      "/api/events",
      Array.from({ length: count }, (_, i) => {
        const waId = people[(from + i) % people.length] ?? "";
        return {
          type,
          id: `${type}-${from + i}`,
          account: "berlin",
          contact: { waId },
          business: { n: from + i },
        };
      }),
    );
  const numbersOf = (type: string, waId: string) =>
    book
      .filter((event) => event.type === type && event.data.contact?.waId === waId)
      .map(({ data }) => Number(data.business?.["n"]));

  it("gets all of it once and in order, beside what is live, though the program is killed twice", async () => {
    // What came in the same millisecond has no order in the log: one of each person at a time.
    for (let from = 0; from < 120; from += 3) await tell("business.past", from, 3);
    await waitFor("all is in the log", async () => {
      const { items } = await ask<{ items: unknown[] }>("/api/events?type=business.past&limit=200");
      return items.length === 120;
    });
    const { id } = await ask<Replay>("/api/replays", {
      filter: { type: ["business.past"] },
      to: "crm",
      rate: 40,
    });
    for (let kill = 0; kill < 2; kill += 1) {
      const seen = book.length;
      await waitFor("it goes on", () => book.length >= seen + 10);
      await program.kill();
      await program.start();
      for (let from = kill * 12; from < kill * 12 + 12; from += 3) {
        await tell("business.live", from, 3);
      }
    }
    await waitFor("it is through", async () => {
      const replay = await ask<Replay & { rows: Record<string, number> }>(`/api/replays/${id}`);
      return replay.state === "done" && replay.rows["delivered"] === 120;
    });
    await waitFor(
      "what is live is there",
      () => book.filter(({ type }) => type === "business.live").length >= 24,
    );
    for (const type of ["business.past", "business.live"]) {
      const firsts = (waId: string) => [...new Set(numbersOf(type, waId))];
      for (const waId of people) {
        assert.deepEqual(
          firsts(waId),
          firsts(waId).toSorted((a, b) => a - b),
          `${type} of ${waId} in order`,
        );
      }
    }
    const past = people.flatMap((waId) => [...new Set(numbersOf("business.past", waId))]);
    assert.equal(past.length, 120);
    // What comes twice was being sent when the program died, and has the same webhook-id.
    const keys = stub.requests.map(({ headers }) => headers["webhook-id"]);
    assert.ok(keys.length - new Set(keys).size <= 2 * people.length, "repeats");
  });
});
