import assert from "node:assert/strict";
import { it } from "node:test";
import { type Appended, type BusMessage, StoreError } from "../../../src/contracts.ts";
import { isQuarantined } from "../../../src/event/event.ts";
import { quarantinedPost, quarantineIdOf } from "../../../src/event/quarantined-post.ts";
import { createStoreHandler } from "../../../src/store/log/create-store-handler.ts";
import { createMetrics } from "../../../src/support/metrics.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeText } from "../make-events.ts";

/** A log that refuses some ids, counts its calls and keeps the rest. */
function setUp(refused: readonly string[] = []) {
  const kept: BusMessage[] = [];
  let appends = 0;
  let failure: Error | undefined;
  const append = async (batch: readonly BusMessage[]): Promise<Appended> => {
    appends += 1;
    if (failure !== undefined) throw failure;
    if (batch.some((item) => refused.includes(item.id))) {
      throw new StoreError("refused", "the log will never take this");
    }
    kept.push(...batch);
    const stored = batch.filter((item) => !isQuarantined(item)).map((item) => item.id);
    return { stored, duplicates: 0, replaced: 0 };
  };
  const log = createArrayLog();
  const metrics = createMetrics();
  const handle = createStoreHandler({ store: { append }, log, metrics });
  const signal = new AbortController().signal;
  return {
    kept,
    log,
    metrics,
    appends: () => appends,
    fail: (error: Error | undefined) => {
      failure = error;
    },
    handle: (batch: readonly BusMessage[]) => handle(batch, signal),
  };
}

it("stores a batch with one append and counts it", async () => {
  const t = setUp();
  const batch = [makeText("a"), makeText("b")];
  await t.handle(batch);
  assert.equal(t.appends(), 1);
  assert.deepEqual(t.kept, batch);
  const stored = await t.metrics.stored.get();
  assert.equal(stored.values.find((value) => value.labels.outcome === "stored")?.value, 2);
  const lag = await t.metrics.storeLag.get();
  assert.equal(lag.values.find((value) => value.metricName?.endsWith("_count"))?.value, 2);
});

it("throws on an outage, so that the same batch comes again, and isolates nothing", async () => {
  const t = setUp();
  const outage = new StoreError("outage", "MongoDB cannot be used now");
  t.fail(outage);
  await assert.rejects(t.handle([makeText("a"), makeText("b")]), outage);
  assert.equal(t.appends(), 1);
  t.fail(new Error("a bug"));
  await assert.rejects(t.handle([makeText("c")]), /a bug/);
  assert.equal(t.kept.length, 0);
  const failures = await t.metrics.storeFailures.get();
  assert.equal(failures.values[0]?.value, 2);
});

it("quarantines only the events that can never be written, with few appends", async () => {
  const batch = Array.from({ length: 1_000 }, (_, i) => makeText(`text ${i}`));
  const bad = [batch[0], batch[499], batch[999]].flatMap((event) => event ?? []);
  const t = setUp(bad.map((event) => event.id));
  await t.handle(batch);
  const posts = t.kept.filter(isQuarantined);
  const events = t.kept.filter((item) => !isQuarantined(item));
  assert.deepEqual(
    events.map((event) => event.id),
    batch.filter((event) => !bad.includes(event)).map((event) => event.id),
  );
  assert.deepEqual(
    posts.map((post) => JSON.parse(Buffer.from(post.data_base64, "base64").toString())),
    bad,
  );
  assert.deepEqual(JSON.parse(posts[0]?.problems ?? ""), [
    { path: "", reason: "the log will never take this" },
  ]);
  assert.ok(t.appends() < 80, `${t.appends()} appends`);
});

it("quarantines a quarantined POST that is refused, as what it was", async () => {
  const post = quarantinedPost(Buffer.from("x"), [], { receivedAt: "never", postId: "pst_1" });
  const t = setUp([post.id]);
  await t.handle([post]);
  const [kept] = t.kept.filter(isQuarantined);
  assert.deepEqual(JSON.parse(Buffer.from(kept?.data_base64 ?? "", "base64").toString()), post);
  assert.ok(!Number.isNaN(Date.parse(kept?.time ?? "")));
});

it("answers what quarantine refuses too as unfit, and keeps its siblings", async () => {
  const [huge, other] = [makeText("huge"), makeText("other")];
  const t = setUp([huge.id, quarantineIdOf(huge.id)]);
  assert.deepEqual(await t.handle([huge, other]), [
    { item: huge, reason: "the log will never take this" },
  ]);
  assert.deepEqual(t.kept, [other]);
});

it("stops at an outage in the middle of isolating", async () => {
  const batch = [makeText("a"), makeText("b"), makeText("c"), makeText("d")];
  const t = setUp([batch[3]?.id ?? ""]);
  let calls = 0;
  const handle = createStoreHandler({
    store: {
      append: async () => {
        calls += 1;
        throw new StoreError(calls === 1 ? "refused" : "outage", "no");
      },
    },
    log: t.log,
    metrics: t.metrics,
  });
  await assert.rejects(handle(batch, new AbortController().signal), StoreError);
  assert.equal(calls, 2);
});

it("logs no text, name or number", async () => {
  const event = makeText("canary-text", { contact: { waId: "15555550199", name: "canary-name" } });
  const t = setUp([event.id]);
  await t.handle([event, makeText("x")]);
  t.fail(new StoreError("outage", "down"));
  await assert.rejects(t.handle([event]));
  const said = JSON.stringify(t.log.lines);
  assert.ok(t.log.lines.length >= 2);
  assert.doesNotMatch(said, /canary|15555550199/);
});
