import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it, type TestContext } from "node:test";
import type { Base } from "../../src/app/base.ts";
import { createMediaSetup, filesOf, openMedia } from "../../src/app/media.ts";
import type { Plan } from "../../src/app/plan.ts";
import type { DeliveryRules, NewDelivery, Store } from "../../src/contracts.ts";
import { type DestinationSetup, deliveryId } from "../../src/deliver/delivery.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { createStub } from "../deliver/engine.ts";
import { type GraphStub, jpeg, startGraph } from "../destinations/media/graph-stub.ts";
import { base64Of, contextOf, fileEvent } from "../destinations/media/rig.ts";
import { phoneNumberId } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

const dayMs = 24 * 60 * 60 * 1_000;
const bytes = jpeg(2_000);
/** Later than deliveries wait for a file. */
const late = new Date(Date.now() - 120_000).toISOString();

let folder: string;
let store: Store;
let graph: GraphStub;
let base: Base;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-media-setup-"));
  const log = createArrayLog();
  store = await openEmbeddedStore({ path: join(folder, "store.db"), retentionDays: 30, log });
  graph = await startGraph();
  graph.files.set("810", { bytes });
  const { url: graphUrl, accessToken } = graph;
  const media = { accessToken, graphUrl, maxBytes: 1_048_576, dir: join(folder, "media") };
  base = {
    config: { media, retentionDays: 30 },
    life: { add: () => undefined },
  } as unknown as Base;
});
afterEach(async () => {
  await graph.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function planOf(t: TestContext, yaml = "{}"): Promise<Plan> {
  const routing = await loadYaml(t, yaml, {});
  return { routing, routes: compileRoutes({ ...routing, media: true }) } as Plan;
}

/** The built-in destination among these. */
async function setUp(t: TestContext, setups: readonly DestinationSetup[], yaml?: string) {
  const [media, plan] = [await openMedia(base, store), await planOf(t, yaml)];
  const settled: string[] = [];
  const [setup, ...more] = await createMediaSetup(base, {
    ...{ media, store, plan, setups },
    settled: (id) => void settled.push(id),
  });
  assert.ok(setup !== undefined && media !== undefined && more.length === 0);
  t.after(() => setup.destination.close());
  return { setup, plan, settled, media };
}

const config: DeliveryRules = { retry: { delaysMs: [1_000] } } as DeliveryRules;
const taking = (name: string, more: Partial<DeliveryRules> = {}): DestinationSetup => {
  const destination = { ...createStub(), files: true as const };
  return { name, destination, config: { ...config, ...more } };
};

/** A delivery of the event in this state; as a destination's own process leaves it. */
async function delivery(destination: string, state: "open" | "sending" | "delivered" | "dead") {
  const { ledger } = store;
  const lease = await ledger.takeLease(destination, await ledger.lease(destination), "me");
  const epoch = lease?.epoch ?? 0;
  const id = deliveryId(destination, "evt_810");
  const row: NewDelivery = {
    ...{ id, destination, eventId: "evt_810", eventType: "whatsapp.message.document" },
    ...{ route: `to-${destination}`, laneKeys: [id], seq: 1, createdAt: late },
  };
  await ledger.insert([row], epoch);
  const ended = state === "delivered" || state === "dead";
  const doneAt = ended && { doneAt: new Date().toISOString(), reason: "invented" };
  if (state !== "open") await ledger.write(epoch, [{ id, state, ...doneAt }]);
}

const document = (receivedAt = new Date().toISOString()) =>
  fileEvent("810", { sha256: base64Of(bytes), receivedAt });

function deliver({ destination }: DestinationSetup, event = document()) {
  return destination.deliver(event, contextOf(event), new AbortController().signal);
}

describe("the built-in destination `media`", () => {
  it("is none without META_ACCESS_TOKEN", async (t) => {
    const plan = await planOf(t);
    const { media: _, ...others } = base.config;
    const media = await openMedia({ ...base, config: others }, store);
    assert.equal(media, undefined);
    const parts = { media, store, plan, setups: [], settled: () => undefined };
    assert.deepEqual(await createMediaSetup(base, parts), []);
    assert.equal(filesOf(media, plan, store), undefined);
  });

  for (const [title, yaml, days] of [
    ["RETENTION_DAYS", "{}", 30],
    ["retention: { media }", "retention: { media: 3d }", 3],
    [
      "retention of its own number",
      `accounts:
  all: { wabaId: "900100200300400", retention: { media: 4d } }
  berlin: { phoneNumberId: "700700700700700", retention: { media: 2d } }
retention: { media: 3d }`,
      2,
    ],
    [
      "retention of its WhatsApp Business Account",
      'accounts: { all: { wabaId: "900100200300400", retention: { media: 4d } } }',
      4,
    ],
    [
      "retention: { media }, whatever another number says,",
      `accounts: { paris: { phoneNumberId: "700700700700701", retention: { media: 2d } } }
retention: { media: 3d }`,
      3,
    ],
  ] as const) {
    it(`keeps files as long as ${title} says`, async (t) => {
      const { setup, settled } = await setUp(t, [], yaml);
      assert.equal(setup.name, "media");
      const began = Date.now();
      await deliver(setup);
      const [row] = await store.media.get(["810"]);
      const keptMs = (row?.expireAt.getTime() ?? 0) - began;
      assert.ok(keptMs >= days * dayMs && keptMs < days * dayMs + 60_000, String(keptMs));
      assert.deepEqual(settled, ["evt_810"]);
    });
  }

  it("names for a late file those that take files and may be done without it", async (t) => {
    const setups = [
      ...["delivered", "sending", "open", "dead", "none"].map((name) => taking(name)),
      taking("omits", { omit: ["media"] }),
      taking("omits-names", { omit: ["name"] }),
      { name: "no-files", destination: createStub(), config },
    ];
    for (const state of ["delivered", "sending", "open", "dead"] as const) {
      await delivery(state, state);
    }
    for (const name of ["omits", "omits-names", "no-files", "of-old"]) {
      await delivery(name, "delivered");
    }
    const { setup } = await setUp(t, setups);
    const { events } = await deliver(setup, document(late));
    assert.deepEqual(
      events?.map(({ type }) => type),
      ["business.file.arrived"],
    );
    const [arrived] = events ?? [];
    assert.ok(arrived !== undefined);
    const { without } = arrived.data.business as { without: { destination: string }[] };
    assert.deepEqual(
      without.toSorted((a, b) => (a.destination < b.destination ? -1 : 1)),
      ["delivered", "omits-names", "sending"].map((name) => ({
        ...{ destination: name, route: `to-${name}` },
      })),
    );
  });

  it("says nothing of a file that came in time", async (t) => {
    await delivery("crm", "delivered");
    const { setup } = await setUp(t, [taking("crm")]);
    assert.equal((await deliver(setup)).events, undefined);
  });

  it("does not take the events of an account with `media: off`, and its files are absent at once", async (t) => {
    const account = (media: string) =>
      `accounts: { shop: { phoneNumberId: "${phoneNumberId}", media: ${media} } }`;
    for (const [media, takes] of [
      ["off", false],
      ["on", true],
    ] as const) {
      const { plan, media: opened } = await setUp(t, [], account(media));
      const matches = plan.routes.match(document());
      assert.equal(
        matches.some(({ destination }) => destination === "media"),
        takes,
      );
      const files = await filesOf(opened, plan, store)?.(document());
      const absent = "files of such messages are not fetched";
      const name = "document.jpg";
      assert.deepEqual(files, takes ? "waits" : [{ mediaId: "810", name, absent }]);
    }
    assert.deepEqual(graph.asked, []);
  });
});
