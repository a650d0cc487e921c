import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import type { EnqueuedDelivery, WaypostEvent } from "../../../src/contracts.ts";
import { quarantinedPost } from "../../../src/event/quarantined-post.ts";
import {
  type AccessHarness,
  berlin,
  munich,
  openTail,
  slugOf,
  startAccess,
} from "./access-harness.ts";
import { asked, ben, hidden, hiddenOfZoe, idsIn, own, shared } from "./two-accounts-log.ts";

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
  const row = (event: WaypostEvent): EnqueuedDelivery => ({
    ...{ id: `erp:${event.id}`, eventId: event.id, eventType: event.type, route: "all" },
    ...{ laneKeys: [event.data.conversationId ?? event.id], createdAt: new Date().toISOString() },
  });
  await ops.ledger.enqueue("erp", [own, shared, hidden, hiddenOfZoe].map(row));
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
    const dead = { filter: { state: "dead" }, to: "erp" };
    const refused = await ops.ask("POST", "/api/replays", { as, body: dead });
    assert.equal(await slugOf(refused), "all-accounts");
  });
});

function idsOf(page: unknown): string[] {
  return (page as { items: { id: string }[] }).items.map(({ id }) => id);
}

function holdsNothing(answer: string, what: string): void {
  for (const secret of secrets)
    assert.ok(!answer.includes(secret), `${what}: ${secret} in ${answer}`);
}
