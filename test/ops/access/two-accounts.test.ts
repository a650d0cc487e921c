import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import type { EnqueuedDelivery, WaypostEvent } from "../../../src/contracts.ts";
import { accountIn } from "../../../src/deliver/delivery.ts";
import { quarantinedPost } from "../../../src/event/quarantined-post.ts";
import type { SystemStatus } from "../../../src/ops/status/status.ts";
import { second } from "../../store/make-events.ts";
import {
  type AccessHarness,
  berlin,
  munich,
  openTail,
  slugOf,
  startAccess,
} from "./access-harness.ts";
import {
  anyFigure,
  asked,
  ben,
  figure,
  figuresOfOthers,
  hidden,
  hiddenOfZoe,
  idsIn,
  own,
  shared,
  waitingOfOthers,
} from "./two-accounts-log.ts";

/** What no answer may hold. */
const marks = (event: WaypostEvent, more: readonly string[]) => [
  ...[event.id, event.data.message?.id, event.data.conversationId, ...more],
];
const secrets = [
  ...marks(hidden, [...Object.values(ben), "hidden words", munich, "rpl_hidden", "vew_hidden"]),
  ...marks(hiddenOfZoe, ["hidden too"]),
].filter((each) => each !== undefined);

const document = parse(await readFile("schemas/openapi.yaml", "utf8")) as {
  paths: Record<string, Record<string, { "x-accounts"?: boolean; security?: object[] }>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);
const apiOperations = operations.filter(({ path, security }) => {
  return path.startsWith("/api/") && security?.length !== 0;
});

let ops: AccessHarness;
let viewers: Readonly<Record<string, string>>;
before(async () => {
  ops = await startAccess({
    fromStore: true,
    status: { bus: waitingOfOthers },
    routes: [
      { name: "all", when: { type: ["whatsapp.#"] }, to: [{ destination: "erp" }] },
    ] as never,
    findFile: async (mediaId) => ({
      ...{ mediaId, name: `${ben.name}.jpg`, absent: "it has expired", account: munich },
    }),
  });
  const all = ["read", "content", "publish", "operate"] as const;
  viewers = {
    "who sees contents": await ops.make("berlin", all, { accounts: ["berlin"] }),
    "who sees them masked": await ops.make("masked", ["read", "operate"], { accounts: ["berlin"] }),
    "who may administrate": await ops.make("chief", [...all, "admin", "privacy"], {
      accounts: ["berlin"],
    }),
  };
  await plant();
});
after(() => ops.ops.close());

async function plant(): Promise<void> {
  const bytes = (id: string) => ({
    entry: [{ changes: [{ value: { metadata: { phone_number_id: id }, name: ben.name } }] }],
  });
  const at = { receivedAt: new Date().toISOString(), postId: "pst_9" };
  await ops.store.append([
    ...[own, shared, hidden, hiddenOfZoe],
    quarantinedPost(Buffer.from(JSON.stringify(bytes(munich))), [], at),
  ]);
  ops.destinations.set("erp", { kind: "webhook" });
  await ops.ledger.enqueue("erp", [own, shared, hidden, hiddenOfZoe].map(rowAt("erp")));
  await ops.store.series.write(figuresOfOthers(), 1);
  const { epoch } = await ops.ledger.lease("erp");
  const lastError = { lastError: `the receiver answered 500 to ${figure(1)}` };
  await ops.ledger.note("erp", epoch, { ...lastError, lastErrorAt: second(1), repeats: figure(2) });
  const createdAt = new Date().toISOString();
  const counts = { found: 1, opened: 1, had: 0, leftOut: {} };
  for (const filter of [
    { contact: ben.waId },
    { account: munich },
    { accounts: [berlin, munich] },
  ]) {
    await ops.store.replays.create({
      ...{ id: `rpl_hidden${JSON.stringify(filter).length}`, state: "running", createdAt },
      ...{ filter: { of: "events", to: createdAt, ...filter }, to: "erp", rate: 1 },
      ...{ again: false, effects: false, ...counts },
    });
  }
  for (const filter of [`account=${munich}`, "contact=ctc_0", "text=hidden"]) {
    await ops.store.access.views.add({
      ...{ id: `vew_hidden${filter.length}`, name: ben.name, page: "events", filter, shared: true },
      ...{ owner: "another", personal: filter.startsWith("text"), createdAt },
    });
  }
}

const rowAt =
  (name: string) =>
  (event: WaypostEvent): EnqueuedDelivery => ({
    ...{
      id: `${name}:${event.id}`,
      eventId: event.id,
      eventType: event.type,
      ...accountIn(event),
      route: "all",
    },
    ...{ laneKeys: [event.data.conversationId ?? event.id], createdAt: new Date().toISOString() },
  });

const put = (path: string, at: string) =>
  path.includes("{") ? path.replace(/\{[^}]+\}/, at) : path + at;

describe("a token for one account", () => {
  for (const { method, path, ...operation } of apiOperations) {
    const name = `${method} ${path}`;
    if (operation["x-accounts"] !== true) {
      it(`is refused where it is of the whole installation: ${name}`, async () => {
        const body = method === "get" || method === "delete" ? {} : { body: {} };
        const as = viewers["who may administrate"] ?? "";
        const answer = await ops.ask(
          method.toUpperCase(),
          put(path, path.includes("{") ? "x" : ""),
          { as, ...body },
        );
        assert.equal(answer.status, 403);
        assert.equal(await slugOf(answer), "all-accounts");
      });
    } else if (path !== "/api/events/stream") {
      it(`shows nothing of another account: ${name}`, async () => {
        const requests = asked[name] ?? assert.fail(`nothing is asked of ${name}`);
        for (const [who, as] of Object.entries(viewers)) {
          for (const event of [own, hidden, hiddenOfZoe, shared]) {
            for (const request of requests(idsIn(event))) {
              const [at, body] = typeof request === "string" ? [request] : request;
              const more = { as, ...(body && { body }) };
              const answer = await ops.ask(method.toUpperCase(), put(path, at), more);
              holdsNothing(await answer.text(), `${name} ${at} ${JSON.stringify(body)}, ${who}`);
            }
          }
        }
      });
    }
  }

  it("hears nothing of another account in the live tail", async () => {
    const tail = await openTail(ops, { authorization: `Bearer ${viewers["who sees contents"]}` });
    ops.publish(hidden);
    ops.publish({ ...own, id: "evt_last" });
    await tail.until(() => tail.ids().includes("evt_last"));
    holdsNothing(tail.text(), "the tail");
    tail.close();
  });

  it("finds and exports what is its own, and replays it alone", async () => {
    const as = viewers["who sees contents"] ?? "";
    const search = await ops.ask("POST", "/api/search", { as, body: { q: "words" } });
    assert.deepEqual(
      idsOf(await search.json()),
      [shared, own].map((each) => each.data.message?.id),
    );
    const exported = await (await ops.ask("GET", "/api/export/events", { as })).text();
    const lines = exported
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string });
    assert.deepEqual(
      lines.map(({ id }) => id),
      [shared.id, own.id],
    );
    const filter = { of: undefined, type: ["whatsapp.#"] };
    const body = { filter, to: "erp", again: true };
    const begun = await ops.ask("POST", "/api/replays", { as, body });
    assert.equal(begun.status, 202, await begun.clone().text());
    const { id } = (await begun.json()) as { id: string };
    assert.deepEqual((await ops.store.replays.get(id))?.filter, {
      ...{ of: "events", types: ["whatsapp.#"], accounts: [berlin] },
      to: (await ops.store.replays.get(id))?.filter.to,
    });
    const listed = await ops.ask("GET", "/api/replays", { as });
    assert.deepEqual(idsOf(await listed.json()), [id]);
    assert.equal((await ops.ask("POST", `/api/replays/${id}/abort`, { as, body: {} })).status, 200);
    const plan = await ops.ask("POST", "/api/replays", { as, body: { ...body, dryRun: true } });
    assert.equal(((await plan.json()) as { found: number }).found, 2);
  });

  it("sends again what gave up of its own account, and of no other", async () => {
    const as = viewers["who sees contents"] ?? "";
    await ops.ledger.enqueue("desk", [own, shared, hidden, hiddenOfZoe].map(rowAt("desk")));
    for (const { id } of [own, shared, hidden, hiddenOfZoe]) {
      await ops.ledger.giveUp(`desk:${id}`, "nobody wants it");
    }
    ops.destinations.set("desk", { kind: "slack" });
    for (const filter of [
      { state: "dead" },
      { state: "gave-up", kind: "slack", type: ["whatsapp.#"] },
      { destination: "desk", route: "all" },
      { state: "dead", conversation: shared.data.conversationId },
    ]) {
      const body = { filter, to: "desk" };
      const plan = await ops.ask("POST", "/api/replays", { as, body: { ...body, dryRun: true } });
      const { found, sample } = (await plan.json()) as {
        found: number;
        sample: { eventId: string }[];
      };
      const events = "conversation" in filter ? [shared.id] : [shared.id, own.id].sort();
      assert.deepEqual(
        [found, sample.map(({ eventId }) => eventId).sort()],
        [events.length, events],
      );
      const begun = await ops.ask("POST", "/api/replays", { as, body });
      assert.equal(begun.status, 202, await begun.clone().text());
      const { id } = (await begun.json()) as { id: string };
      const kept = (await ops.store.replays.get(id))?.filter;
      assert.deepEqual([kept?.of, kept?.accounts], ["deliveries", [berlin]]);
      assert.equal(
        (await ops.ask("POST", `/api/replays/${id}/abort`, { as, body: {} })).status,
        200,
      );
    }
    const all = { filter: { state: "dead" }, to: "desk", dryRun: true };
    const plan = await ops.post("/api/replays", all);
    assert.equal(((await plan.json()) as { found: number }).found, 4);
  });

  it("is told that a destination is paused or out, and not how much of others waits there", async () => {
    const as = viewers["who may administrate"] ?? "";
    await ops.ledger.setPause("erp", { by: "operator", reason: "moving", at: second(1) });
    const { items } = (await (await ops.ask("GET", "/api/destinations", { as })).json()) as {
      items: object[];
    };
    const pause = { by: "operator", reason: "moving", at: second(1) };
    const erp = { name: "erp", kind: "webhook", state: "paused", breaker: "closed", pause };
    assert.deepEqual(
      items.find((each) => "name" in each && each.name === "erp"),
      {
        ...erp,
        says: "paused by an operator: moving",
      },
    );
    const status = (await (await ops.ask("GET", "/api/status", { as })).json()) as SystemStatus;
    const kinds = status.problems.map(({ kind }) => kind).sort();
    assert.deepEqual([...new Set(kinds)], ["destination_paused", "destination_unheld"]);
    assert.deepEqual([status.bus.queues, status.processes], [[], []]);
    assert.deepEqual(Object.keys(status.store.stats ?? {}).sort(), ["kind", "lastEventAt"]);
    const all = (await (await ops.get("/api/status")).json()) as SystemStatus;
    assert.ok(all.problems.some(({ kind }) => kind === "queue_backlog"));
    await ops.ledger.setPause("erp", undefined);
  });
});

function idsOf(page: unknown): string[] {
  return (page as { items: { id: string }[] }).items.map(({ id }) => id);
}

function holdsNothing(answer: string, what: string): void {
  for (const secret of secrets)
    assert.ok(!answer.includes(secret), `${what}: ${secret} in ${answer}`);
  assert.doesNotMatch(answer, anyFigure, `${what}: a figure of others in ${answer}`);
}
