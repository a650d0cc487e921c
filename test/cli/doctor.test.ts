import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { connect } from "amqplib";
import { storeQueue } from "../../src/app/plan.ts";
import { setMarker } from "../../src/bus/rabbitmq/declare-layout.ts";
import { markersOf } from "../../src/bus/rabbitmq/layout.ts";
import { examineHere } from "../../src/cli/doctor.ts";
import { deadQueueName } from "../../src/contracts.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { appId, token as metaToken, startMeta, waba } from "../meta/setup.ts";
import { startOps, token } from "../ops/harness.ts";
import { borrowRabbit } from "../services/borrow-rabbit.ts";
import { needsMongo, startMongo } from "../services/mongo.ts";
import { needsRabbit } from "../services/rabbitmq.ts";
import { createArrayLog } from "../support/array-log.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-doctor-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function doctor(yaml: string, more: Record<string, string> = {}, url = "http://127.0.0.1:1") {
  const file = join(folder, "waypost.yaml");
  await writeFile(file, yaml);
  const env = { WAYPOST_CONFIG: file, DATA_DIR: join(folder, "data"), ...more };
  const checks = await examineHere({ env, resolve: () => ({ url, token }) }, {});
  return {
    checks,
    wrong: checks.filter(({ ok }) => !ok),
    of: (name: string) => checks.filter(({ of }) => of === name),
  };
}
const webhook = (port: number) => `
destinations:
  erp: { kind: webhook, url: "http://127.0.0.1:${port}/", allowPrivateAddresses: true, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }
routes:
  - { name: all, when: { type: "whatsapp.#" }, to: erp }
`;

describe("waypost doctor", () => {
  it("finds nothing wrong where nothing is", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { checks, wrong } = await doctor(webhook((server.address() as AddressInfo).port));
    server.close();
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      [...new Set(checks.map(({ of }) => of))],
      ["config", "broker", "store", "erp", "disk", "ops port"],
    );
  });

  it("names a destination that cannot be reached, and the alerts' own sender", async () => {
    const { of, wrong } = await doctor(`${webhook(1)}
alerts:
  to: { kind: webhook, url: "http://127.0.0.1:1/", allowPrivateAddresses: true, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }
`);
    assert.deepEqual(wrong.map((check) => check.of).sort(), ["alerts.to", "erp"]);
    for (const { remedy } of wrong) assert.match(remedy ?? "", /its block of waypost\.yaml/);
    assert.equal(of("broker")[0]?.ok, true);
  });

  it("says every problem of the configuration with its remedy", async () => {
    const { checks } = await doctor("destinations: { erp: { kind: fax } }\nroute: []");
    assert.equal(checks.filter(({ of, ok }) => of === "config" && !ok).length, 2);
    assert.ok(checks.every(({ ok, remedy }) => ok || remedy !== undefined));
    const bad = await doctor("", { PORT: "a" });
    assert.deepEqual(
      bad.checks.map(({ of, ok }) => [of, ok]),
      [["config", false]],
    );
  });

  it("asks Meta about the token, and the place of the files whether it is there", async (t) => {
    const graph = await startMeta(t);
    graph.wabas.get(waba)?.subscribed.set(appId, "");
    const env = { META_GRAPH_URL: graph.url, META_ACCESS_TOKEN: metaToken };
    const fine = await doctor("", env);
    assert.deepEqual(fine.wrong, []);
    assert.deepEqual(
      fine.of("media").map(({ found }) => found),
      ["META_ACCESS_TOKEN: Meta knows it", "the place of the files: it answers"],
    );
    assert.match(fine.of("meta").at(-1)?.found ?? "", /WHATSAPP_APP_SECRET is missing|: 0 fields/);
    assert.match(fine.of("clock")[0]?.found ?? "", /^as Meta's/);
    const revoked = await doctor("", { ...env, META_ACCESS_TOKEN: "a-revoked-token" });
    assert.deepEqual(
      revoked.wrong.map(({ of, kind, runbook }) => [of, kind, runbook]),
      [
        ["media", "files_unavailable", "/runbooks/files-unavailable"],
        ["meta", "meta_token", "/runbooks/meta-token"],
      ],
    );
    assert.match(revoked.wrong[0]?.found ?? "", /^META_ACCESS_TOKEN: /);
    assert.doesNotMatch(JSON.stringify(revoked.checks), /a-revoked-token/);
    await writeFile(join(folder, "file"), "");
    const { wrong } = await doctor("", { ...env, MEDIA_DIR: join(folder, "file") });
    assert.match(wrong[0]?.found ?? "", /^the place of the files: /);
    assert.match(wrong[0]?.remedy ?? "", /MEDIA_DIR/);
    assert.deepEqual((await doctor("")).of("media"), []);
  });

  it("asks a running Waypost whose files are locked, and says so", async () => {
    const path = join(folder, "data", "store.db");
    const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
    const ops = await startOps();
    const { of, wrong } = await doctor("", {}, ops.url);
    assert.deepEqual(wrong, []);
    assert.match(of("store")[0]?.found ?? "", /in use by a running Waypost, which was asked/);
    assert.equal(of("status")[0]?.found, "it says that nothing is wrong");
    const silent = await doctor("");
    assert.deepEqual(
      silent.wrong.map(({ of }) => of),
      ["store"],
    );
    await ops.ops.close();
    await store.close();
  });

  it("names servers that do not answer, without their passwords", { timeout: 60_000 }, async () => {
    const { wrong } = await doctor("", {
      RABBITMQ_URL: "amqp://user:canary@127.0.0.1:1/",
      MONGODB_URL: "mongodb://user:canary@127.0.0.1:1/db",
    });
    assert.deepEqual(
      wrong.map(({ of }) => of),
      ["broker", "store"],
    );
    assert.doesNotMatch(JSON.stringify(wrong), /canary/);
  });
});

describe("waypost doctor with MongoDB", needsMongo(), () => {
  it("tells the version and missing indexes, until they are made", async () => {
    const mongo = await startMongo();
    const env = { MONGODB_URL: mongo.url };
    const before = await doctor("", env);
    assert.match(before.of("store")[0]?.found ?? "", /^MongoDB \d/);
    assert.match(before.wrong[0]?.found ?? "", /^indexes are missing: events \(\d+\)/);
    const log = createArrayLog();
    const store = await connectMongoStore({ url: mongo.url, retentionDays: 30, log });
    await store.syncIndexes();
    await store.close();
    const after = await doctor("", env);
    assert.deepEqual(after.wrong, []);
    await mongo.cleanup();
  });
});

/** The server may be shared. */
async function removeStoreQueue(url: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const queue = storeQueue({ storeShards: 1 });
  const { layout, settled } = markersOf(queue);
  for (const name of [queue.name, deadQueueName(queue.name)]) await channel.deleteQueue(name);
  for (const marker of [layout("1"), settled]) await channel.deleteExchange(marker);
  await connection.close();
}

/** As a worker does. */
async function settle(url: string): Promise<void> {
  const connection = await connect(url);
  await setMarker(connection, markersOf(storeQueue({ storeShards: 1 })).settled);
  await connection.close();
}

describe("waypost doctor with RabbitMQ", needsRabbit(), () => {
  it("tells the version, and a password that is refused", async () => {
    const rabbit = await borrowRabbit();
    const { of, wrong } = await doctor("", { RABBITMQ_URL: rabbit.url });
    assert.deepEqual(wrong, []);
    assert.match(of("broker")[0]?.found ?? "", /^RabbitMQ \d+\.\d+/);
    await settle(rabbit.url);
    const other = await doctor("", { RABBITMQ_URL: rabbit.url, STORE_SHARDS: "4" });
    assert.equal(
      other.wrong[0]?.found,
      "the store lies in queues for STORE_SHARDS=1, here it is 4",
    );
    const url = new URL(rabbit.url);
    url.password = "canary";
    const refused = await doctor("", { RABBITMQ_URL: url.href });
    assert.equal(refused.wrong[0]?.found, "RabbitMQ refuses the user or the password");
    await removeStoreQueue(rabbit.url);
    await rabbit.release();
  });
});
