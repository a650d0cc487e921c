/**
 * Waypost with one promise broken on purpose, for the negative controls: `ack-first` answers before
 * the bus has confirmed; `other-ids` gives the same item another id each time it comes.
 */
import { randomUUID } from "node:crypto";
import { createApi } from "../../src/app/api.ts";
import { createBase, openBus, openStore } from "../../src/app/base.ts";
import { loadPlan, storeQueue } from "../../src/app/plan.ts";
import { loadConfig } from "../../src/config/config.ts";
import type { EncodedEvent } from "../../src/contracts.ts";
import { createOps } from "../../src/ops/create-ops.ts";
import { createPostParser } from "../../src/receive/post-parser.ts";
import { createReceiver } from "../../src/receive/server.ts";
import { createStoreHandler } from "../../src/store/log/create-store-handler.ts";

const broken = process.argv[2];
const config = await loadConfig(process.env, "start");
const plan = await loadPlan(process.env, config);
const base = createBase(config);
const store = await openStore(base);
const queue = storeQueue(config);
const bus = await openBus(base, [queue]);
await bus.consume(queue, createStoreHandler({ ...base, store }));

const never = new AbortController().signal;
const durable = {
  async publish(post: readonly EncodedEvent[]): Promise<void> {
    if (broken === "ack-first") {
      setTimeout(() => bus.publish(post, never).catch(() => undefined), 100);
      return;
    }
    await bus.publish(post.map(withOtherId), never);
  },
};

function withOtherId(event: EncodedEvent): EncodedEvent {
  const id = `evt_${randomUUID()}`;
  const text = Buffer.from(event.bytes).toString().replace(event.id, id);
  return { ...event, id, bytes: Buffer.from(text) };
}

const { http, whatsapp, ops } = config;
await createReceiver({
  host: http.host,
  port: http.port,
  maxBodyBytes: http.maxBodyBytes,
  secrets: whatsapp.appSecrets,
  verifyTokens: whatsapp.verifyTokens,
  durable,
  parser: createPostParser({ log: base.log }),
  metrics: base.metrics,
  log: base.log,
}).listen();
await createOps({
  ...ops,
  log: base.log,
  metrics: base.metrics,
  ready: async () => [],
  reload: async () => ({ reloaded: false, problems: [] }),
  api: await createApi(base, {
    env: process.env,
    bus,
    store,
    plan: () => plan,
    receiving: () => undefined,
    refused: () => undefined,
  }),
}).listen();
