import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { type AuditEntry, StoreError } from "../../../src/contracts.ts";
import { type Harness, token } from "../harness.ts";
import { ask } from "../masking/asking.ts";
import { type Case, cases, realNames } from "../masking/cases.ts";
import { person, startPlanted } from "../masking/planted-log.ts";
import {
  type AccessHarness,
  eventually,
  fromConsole,
  slugOf,
  startAccess,
} from "./access-harness.ts";

type Operation = { operationId: string; "x-audit"?: string };
const document = parse(await readFile("schemas/openapi.yaml", "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const writes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => method !== "get")
    .map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
);

describe("every operation that is no GET", () => {
  let ops: Harness;
  before(async () => {
    ops = await startPlanted();
  });
  after(() => ops.ops.close());

  /** Those of services, of which there are a thousand a second, say whose they are in the log itself. */
  const unrecorded = ["publishEvents"];

  it("is recorded unless the contract says otherwise, and it does of one alone", () => {
    const silent = writes.filter((each) => each["x-audit"] === "none");
    assert.deepEqual(
      silent.map(({ operationId }) => operationId),
      unrecorded,
    );
  });

  for (const { name, operationId } of writes) {
    if (unrecorded.includes(operationId)) continue;
    it(`leaves an entry: ${name}`, async () => {
      const contact = (await ops.store.contacts.find(person.phone))?.id ?? "";
      const names = { ...realNames, contact };
      const headers = { authorization: `Bearer ${token}` };
      for (const each of [cases[name] ?? []].flat() as Case[]) {
        const body = operationId === "beginSession" ? { body: () => ({ token }) } : {};
        await ask(ops, name, { ...each, ...body }, { names, headers });
      }
      const asked = () => ops.store.access.audit.list({ action: operationId }, { limit: 1 });
      const { items } = await eventually(asked, (page) => page.items.length > 0);
      assert.equal(items[0]?.who, "OPS_TOKENS");
    });
  }
});

describe("an act", () => {
  let ops: AccessHarness;
  /** Whose store has the tokens and the audit. */
  let other: AccessHarness;
  let anna: string;
  /** What the store is asked to record waits for it. */
  let takes = Promise.resolve();
  let refuses = false;
  const recorded: AuditEntry[] = [];
  before(async () => {
    other = await startAccess({ fromStore: true });
    const { access } = other.store;
    const record = async (entries: readonly AuditEntry[]) => {
      await takes;
      if (refuses) throw new StoreError("refused", "no");
      recorded.push(...entries);
      await access.audit.record(entries);
    };
    ops = await startAccess({
      fromStore: true,
      access: { ...access, audit: { ...access.audit, record } },
    });
    anna = await ops.make("anna", ["read", "content", "operate"]);
    ops.destinations.set("erp", { kind: "webhook" });
  });
  after(async () => {
    await ops.ops.close();
    await other.ops.close();
  });

  const pause = () =>
    ops.ask("POST", "/api/destinations/erp/pause", { as: anna, body: { reason: "stock-taking" } });

  /** Holds the store's writes until it is called. */
  const held = () => {
    let letGo = () => {};
    takes = new Promise((resolve) => {
      letGo = resolve;
    });
    return letGo;
  };
  const isAnswered = (answer: Promise<unknown>) =>
    Promise.race([answer.then(() => true), ops.get("/api/stats").then(() => false)]);

  const pauseOf = async () =>
    (await ops.ledger.destinations()).find(({ name }) => name === "erp")?.pause;

  it("is not begun before the store has that it is, and not answered before it has how it went", async () => {
    const begin = held();
    const answer = pause();
    assert.equal(await isAnswered(answer), false);
    assert.equal(await pauseOf(), undefined);
    const tell = held();
    begin();
    await eventually(pauseOf, (found) => found !== undefined);
    assert.equal(await isAnswered(answer), false);
    assert.deepEqual(recorded.at(-1)?.result, "begun");
    tell();
    assert.equal((await answer).status, 200);
    const [told, done] = recorded.slice(-2);
    assert.equal(done?.action, "pauseDestination");
    assert.deepEqual([told?.id, told?.result, done?.result], [done?.id, "begun", "done"]);
  });

  it("is not done where the store does not take that it begins", async () => {
    await ops.ask("POST", "/api/destinations/erp/resume", { as: anna, body: {} });
    refuses = true;
    const answer = await pause();
    refuses = false;
    const { type, detail } = (await answer.json()) as { type: string; detail: string };
    assert.equal(answer.status, 503);
    assert.match(`${type} ${detail}`, /audit-unavailable Nothing was done/);
    assert.equal(await pauseOf(), undefined);
  });

  it("such as showing contents to a session for a reason waits too; other reads do not", async () => {
    const cookie = await ops.logIn({ token: anna });
    const letGo = held();
    const headers = { ...fromConsole, "x-waypost-reveal": "a complaint" };
    const revealed = ops.ask("GET", "/api/events", { cookie, headers });
    assert.equal((await ops.ask("GET", "/api/events", { as: anna })).status, 200);
    assert.equal((await ops.ask("GET", "/api/events", { cookie })).status, 200);
    assert.equal(await isAnswered(revealed), false);
    letGo();
    assert.equal((await revealed).status, 200);
    assert.ok(recorded.some(({ reason }) => reason === "a complaint"));
  });

  it("is answered with 503 where the store does not take its entry", async () => {
    refuses = true;
    const answer = await pause();
    assert.equal(answer.status, 503);
    assert.equal(await slugOf(answer), "audit-unavailable");
    const exported = await ops.ask("GET", "/api/export/events", { as: anna });
    assert.equal(await slugOf(exported), "audit-unavailable");
    refuses = false;
  });

  it("such as an export has an entry from its first byte, and how it went at its end", async () => {
    const { items } = await other.store.access.audit.list({ action: "exportEvents" }, { limit: 9 });
    assert.deepEqual(items, []);
    recorded.length = 0;
    const answer = await ops.ask("GET", "/api/export/events", { as: anna });
    await answer.text();
    const results = () => recorded.filter(({ action }) => action === "exportEvents");
    await eventually(
      async () => results().length,
      (count) => count === 2,
    );
    assert.deepEqual(
      results().map(({ result }) => result),
      ["begun", "done"],
    );
    const asked = () => other.store.access.audit.list({ action: "exportEvents" }, { limit: 9 });
    const page = await eventually(asked, ({ items: [entry] }) => entry?.result === "done");
    assert.equal(page.items.length, 1);
  });
});
