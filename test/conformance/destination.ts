import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  type TemplateName,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { absentFiles, noSurroundings } from "../../src/deliver/attempt/surroundings.ts";
import { contrasts, echoesOf, formsOf } from "../destinations/echoes.ts";
import type { Fault, Stub } from "../destinations/stub.ts";
import { makeText } from "../store/make-events.ts";

export interface DestinationUnderTest {
  readonly destination: Destination;
  /** Ids of the events that took effect on the other side, in order, one for each effect. */
  effects(): string[];
  /** Every value that nobody may be shown. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}
export interface HttpDestinationUnderTest extends DestinationUnderTest {
  readonly stub: Stub;
}

const name = "under-test";

export function contextOf(event: WaypostEvent, link?: DeliveryContext["link"]): DeliveryContext {
  const idempotencyKey = `${event.id}:${name}`;
  const none = async () => undefined;
  const about = { link, contactLink: undefined, contact: none, remember: none };
  const asked = {
    scope: (names: ReadonlySet<TemplateName>) => noSurroundings.scope(event, "", names),
    concerned: none,
    files: async () => absentFiles(event, "files are not fetched"),
    shadow: false,
  };
  return {
    destination: name,
    idempotencyKey,
    attempt: 1,
    fence: 1,
    routes: [],
    ...about,
    ...asked,
  };
}

/** How it ended: delivered, or the DeliveryError. Anything else fails the test. */
export async function attempt(
  destination: Destination,
  event: WaypostEvent,
  options: { ms?: number; link?: DeliveryContext["link"]; signal?: AbortSignal } = {},
): Promise<Delivered | DeliveryError> {
  const { ms = 5000, link, signal = AbortSignal.timeout(ms) } = options;
  try {
    return await destination.deliver(event, contextOf(event, link), signal);
  } catch (error) {
    assert.ok(error instanceof DeliveryError, `threw ${String(error)}`);
    return error;
  }
}

/** As the engine does it: repeats after an outage, asks first where the outcome is unknown. */
export async function deliverForSure(
  destination: Destination,
  event: WaypostEvent,
  options: { link?: DeliveryContext["link"]; ms?: number; unknown?: boolean } = {},
): Promise<Delivered> {
  const { link, ms = 400 } = options;
  let { unknown = false } = options;
  for (let count = 0; count < 20; count += 1) {
    const context = { ...contextOf(event, link), attempt: count + 1 };
    if (unknown && destination.idempotency === "lookup" && destination.find) {
      const found = await destination.find(event, context, AbortSignal.timeout(5000));
      if (found) return found;
    }
    const outcome = await attempt(destination, event, { link, ms });
    if (!(outcome instanceof DeliveryError)) return outcome;
    assert.equal(outcome.verdict, "outage", outcome.message);
    unknown ||= outcome.maybeDone;
  }
  throw new Error("20 attempts were not enough");
}

/** What every kind promises. */
export function destinationConformance(
  kind: string,
  open: () => Promise<DestinationUnderTest>,
): void {
  describe(`every destination: ${kind}`, () => {
    let under: DestinationUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it("says what kind it is", () => {
      assert.equal(under.destination.kind, kind);
    });

    it("makes each event take effect once, in order", async () => {
      const events = Array.from({ length: 10 }, (_, at) => makeText(`text ${at}`, {}));
      let link: DeliveryContext["link"];
      for (const event of events) {
        const delivered = await attempt(under.destination, event, { link });
        assert.ok(!(delivered instanceof DeliveryError), String(delivered));
        link = delivered.link ?? link;
      }
      assert.deepEqual(
        under.effects(),
        events.map(({ id }) => id),
      );
    });

    it("sends nothing when the signal has aborted already", async () => {
      const event = makeText("late", {});
      const promise = under.destination.deliver(event, contextOf(event), AbortSignal.abort());
      await assert.rejects(promise, (error) => {
        assert.ok(error instanceof DeliveryError);
        assert.deepEqual([error.verdict, error.maybeDone], ["outage", false]);
        return true;
      });
      assert.deepEqual(under.effects(), []);
    });

    it("previews without sending and without a secret", () => {
      const event = makeText("look at me", {});
      const shown = JSON.stringify(under.destination.preview(event));
      assert.ok(shown.includes("look at me"), shown);
      for (const secret of under.secrets) assert.ok(!shown.includes(secret), secret);
      assert.deepEqual(under.effects(), []);
    });

    it("checks itself without an effect", async () => {
      const checks = await under.destination.check(AbortSignal.timeout(5000));
      assert.ok(checks.length > 0);
      for (const check of checks) assert.ok(check.ok, `${check.name}: ${check.detail}`);
      assert.deepEqual(under.effects(), []);
    });
  });
}

/** What a kind promises that takes several in one call. */
export function batchConformance(kind: string, open: () => Promise<DestinationUnderTest>): void {
  describe(`every destination that takes batches: ${kind}`, () => {
    let under: DestinationUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());
    const rules = () => under.destination.batch ?? assert.fail("it has no rules");
    /** As many as one call takes, 20 at most, of as many conversations as its rules allow. */
    const fullBatch = () => {
      const { along, across, most } = rules();
      return Array.from({ length: Math.min(most, 20) }, (_, at) => {
        const conversation = across ? (along ? at % 3 : at) : 0;
        const waId = `155555501${String(conversation).padStart(2, "0")}`;
        return makeText(`text ${at}`, { contact: { waId } });
      });
    };
    const call = async (events: readonly WaypostEvent[], signal = AbortSignal.timeout(5000)) => {
      const items = events.map((event) => ({ event, context: contextOf(event) }));
      return (await under.destination.deliverBatch?.(items, signal)) ?? assert.fail("it cannot");
    };
    const ids = (events: readonly WaypostEvent[]) => events.map(({ id }) => id);

    it("says what goes into one", () => {
      const { along, across, waitMs, most } = rules();
      assert.ok(along || across);
      assert.ok(waitMs >= 0 && Number.isFinite(waitMs));
      assert.ok(Number.isInteger(most) && most >= 2);
    });

    it("makes each of a batch take effect once, each lane in order, and answers for each", async () => {
      const events = fullBatch();
      const outcomes = await call(events);
      assert.equal(outcomes.length, events.length);
      for (const outcome of outcomes) assert.ok(!(outcome instanceof Error), String(outcome));
      assert.deepEqual(under.effects().toSorted(), ids(events).toSorted());
      for (const { data } of events) {
        const lane = ids(
          events.filter((other) => other.data.conversationId === data.conversationId),
        );
        assert.deepEqual(
          under.effects().filter((id) => lane.includes(id)),
          lane,
        );
      }
    });

    it("knows again, one by one, what it took in a batch", async () => {
      const events = fullBatch();
      await call(events);
      const { idempotency } = under.destination;
      if (idempotency === "none") return;
      for (const event of events) await deliverForSure(under.destination, event, { unknown: true });
      assert.equal(under.effects().length, events.length);
    });

    it("sends nothing of a batch when the signal has aborted already", async () => {
      await assert.rejects(call(fullBatch(), AbortSignal.abort()), (error) => {
        assert.ok(error instanceof DeliveryError);
        assert.deepEqual([error.verdict, error.maybeDone], ["outage", false]);
        return true;
      });
      assert.deepEqual(under.effects(), []);
    });
  });
}

const date = (afterMs: number) => new Date(Date.now() + afterMs).toUTCString();
interface Expected {
  readonly verdict: DeliveryError["verdict"] | "delivered";
  readonly maybeDone?: boolean;
  readonly afterMs?: readonly [number, number];
}
/** Of whoever stands before the vendor: a proxy, a page for signing in. */
const page = (body: string): Fault => ({
  status: 200,
  headers: { "content-type": body.startsWith("{") ? "application/json" : "text/html" },
  body,
});
const strangeAnswers = [
  ["a page of HTML", page("<!doctype html><title>Sign in</title>")],
  ["an object of nothing", page("{}")],
  ["200 and nothing", page("")],
] as const;
const outage = { verdict: "outage" } as const;
const unsure = { verdict: "outage", maybeDone: true } as const;

/**
 * What a kind that speaks HTTP promises besides. `bodyDecides`: the answer's body says whether it worked (Slack). `tooLong`: what an answer
 * of 10 MB is, where it is another than one that breaks off. `tellsWhatItMade: false`: an answer may say nothing (a bot).
 */
export function httpConformance(
  kind: string,
  options: {
    readonly bodyDecides: boolean;
    readonly conflict: Expected["verdict"];
    readonly tooLong?: Expected["verdict"];
    readonly tellsWhatItMade?: false;
  },
  open: () => Promise<HttpDestinationUnderTest>,
): void {
  const { bodyDecides, conflict, tooLong, tellsWhatItMade = true } = options;
  const afterAnswer: Expected = bodyDecides ? unsure : { verdict: "delivered" };
  const cases: readonly [string, Fault, Expected][] = [
    ["400", { status: 400, body: "bad" }, { verdict: "refused" }],
    ["401", { status: 401 }, { verdict: "config" }],
    ["403", { status: 403 }, { verdict: "config" }],
    ["404", { status: 404 }, { verdict: "config" }],
    ["409", { status: 409 }, { verdict: conflict }],
    ["410", { status: 410 }, { verdict: "config" }],
    ["413", { status: 413 }, { verdict: "refused" }],
    ["422", { status: 422 }, { verdict: "refused" }],
    ["408", { status: 408 }, unsure],
    ["425", { status: 425 }, outage],
    ["429 with nothing", { status: 429 }, outage],
    [
      "429 with seconds",
      { status: 429, headers: { "retry-after": "30" } },
      { ...outage, afterMs: [30_000, 30_000] },
    ],
    [
      "429 with a date",
      {
        status: 429,
        headers: {
          // A minute from the answer on, however long the tests before it took.
          get "retry-after"() {
            return date(60_000);
          },
        },
      },
      { ...outage, afterMs: [40_000, 61_000] },
    ],
    [
      "429 with a year",
      { status: 429, headers: { "retry-after": "31536000" } },
      { ...outage, afterMs: [86_400_000, 86_400_000] },
    ],
    ["429 with nonsense", { status: 429, headers: { "retry-after": "soon" } }, outage],
    ["429 with a date that is over", { status: 429, headers: { "retry-after": date(-1) } }, outage],
    ["429 with no seconds", { status: 429, headers: { "retry-after": "0" } }, outage],
    ["500", { status: 500 }, unsure],
    ["502", { status: 502 }, unsure],
    [
      "503 with seconds",
      { status: 503, headers: { "retry-after": "7" } },
      { ...outage, afterMs: [7000, 7000] },
    ],
    ["504", { status: 504 }, unsure],
    ["501", { status: 501 }, { verdict: "refused" }],
    ["a reset", "reset", unsure],
    ["no answer in time", "hang", unsure],
    ["a lost answer", "lost", unsure],
    ["a dripping answer", "drip", afterAnswer],
    ["an answer of 10 MB", "big", tooLong ? { verdict: tooLong } : afterAnswer],
    ["garbage", "garbage", unsure],
    ...strangeAnswers
      .filter(() => tellsWhatItMade)
      .map(([what, fault]): [string, Fault, Expected] => [what, fault, afterAnswer]),
  ];

  describe(`every destination over HTTP: ${kind}`, () => {
    let under: HttpDestinationUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    for (const [what, fault, expected] of cases) {
      it(`takes ${what} for ${expected.verdict}${expected.maybeDone ? ", perhaps done" : ""}`, async () => {
        under.stub.fail(fault);
        const signal = timeLimit(under.stub);
        const outcome = await attempt(under.destination, makeText("x", {}), { signal });
        if (expected.verdict === "delivered") {
          return assert.ok(!(outcome instanceof DeliveryError), String(outcome));
        }
        assert.ok(outcome instanceof DeliveryError, "delivered");
        assert.equal(outcome.verdict, expected.verdict, outcome.message);
        assert.equal(outcome.maybeDone, expected.maybeDone ?? false, outcome.message);
        const [least, most] = expected.afterMs ?? [];
        if (least === undefined || most === undefined)
          return assert.equal(outcome.afterMs, undefined);
        assert.ok(outcome.afterMs !== undefined);
        assert.ok(outcome.afterMs >= least && outcome.afterMs <= most, String(outcome.afterMs));
      });
    }

    it("does not follow a redirect", async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        const location = `${under.stub.url}/elsewhere`;
        under.stub.fail({ status, headers: { location } });
        const outcome = await attempt(under.destination, makeText("x", {}));
        assert.ok(outcome instanceof DeliveryError);
        assert.equal(outcome.verdict, "config");
      }
      assert.equal(under.stub.requests.length, 5);
      assert.deepEqual(under.effects(), []);
    });

    it("takes a refused connection for an outage in which nothing happened", async () => {
      await under.stub.close();
      const outcome = await attempt(under.destination, makeText("x", {}));
      assert.ok(outcome instanceof DeliveryError);
      assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", false]);
      const checks = await under.destination.check(AbortSignal.timeout(5000));
      assert.ok(checks.some(({ ok, detail }) => !ok && detail.length > 10));
    });

    it("stops at once when the signal aborts", async () => {
      under.stub.fail("hang");
      const controller = new AbortController();
      const event = makeText("x", {});
      const pending = under.destination.deliver(event, contextOf(event), controller.signal);
      const rejected = assert.rejects(pending, (error) => {
        assert.ok(error instanceof DeliveryError);
        assert.deepEqual([error.verdict, error.maybeDone], ["outage", true]);
        return true;
      });
      while (under.stub.requests.length === 0) await new Promise(setImmediate);
      const before = performance.now();
      controller.abort();
      await rejected;
      assert.ok(performance.now() - before < 500);
    });

    it("keeps secrets and what the answer echoes out of its errors", async () => {
      const event = makeText("my very private words", {});
      const echo = JSON.stringify([event, under.secrets]);
      for (const status of [400, 401, 500]) {
        under.stub.fail({ status, body: `no: ${echo}` });
        const outcome = await attempt(under.destination, event);
        assert.ok(outcome instanceof DeliveryError);
        const said = `${outcome.message} ${outcome.answer}`;
        for (const hidden of [...under.secrets, "my very private words", "15555550123", "Mia"]) {
          assert.ok(!said.includes(hidden), `${hidden} in ${said}`);
        }
      }
    });

    it("says the same, in its own words, whatever the words of the answer", async () => {
      const event = makeText("my very private words", {});
      const words = (outcome: Delivered | DeliveryError) =>
        outcome instanceof DeliveryError ? outcome.message : "delivered";
      for (const status of [200, 401, 422, 503]) {
        const ask = async (fault: Fault) => {
          under.stub.fail(fault);
          return words(await attempt(under.destination, event));
        };
        for (const [repeated, another] of [
          ["my very private words", "so utterly other texts"],
          ["15555550123", "98765432109"],
        ] as const) {
          const others = contrasts(another).map((form) => echoesOf(status, form));
          const forms = [...new Set(formsOf(repeated))].map((form) => echoesOf(status, form));
          for (const how of echoesOf(status, "").keys()) {
            // The same few sentences for other words: so none of them says anything of these.
            const known = new Set<string>();
            for (const faults of others) known.add(await ask(faults[how] ?? assert.fail()));
            for (const faults of forms) {
              const said = await ask(faults[how] ?? assert.fail());
              assert.ok(known.has(said), `${said}, for ${JSON.stringify(faults[how])}`);
            }
          }
        }
      }
    });

    it("has one effect for each event, in order, whatever becomes of the answers", async () => {
      const faults: Fault[] = ["lost", "silent", "reset", { status: 503 }, "garbage"];
      if (tooLong === undefined) faults.push("big");
      const lanes = Array.from({ length: 4 }, (_, lane) =>
        Array.from({ length: 8 }, (_, at) =>
          makeText(`lane ${lane} text ${at}`, { contact: { waId: `1555555010${lane}` } }),
        ),
      );
      const first = makeText("the first", { contact: { waId: "15555550109" } });
      const ms = await timeFor(under.destination, first);
      const all = lanes.flat().length + 1;
      under.stub.fail(...Array.from({ length: all * 2 }, (_, at) => faultAt(at, faults)));
      await Promise.all(
        lanes.map(async (events) => {
          let link: DeliveryContext["link"];
          for (const event of events) {
            link = (await deliverForSure(under.destination, event, { link, ms })).link ?? link;
          }
        }),
      );
      const effects = under.effects();
      assert.equal(effects.length, all);
      for (const events of lanes) {
        const ids = events.map(({ id }) => id);
        assert.deepEqual(
          effects.filter((id) => ids.includes(id)),
          ids,
        );
      }
    });
  });
}

/** Ends a while after the stub was hit by a fault, however long the calls before it took. */
function timeLimit(stub: Stub): AbortSignal {
  const controller = new AbortController();
  const end = () => controller.abort(new DOMException("The time is over", "TimeoutError"));
  void stub.disturbed().then(() => setTimeout(end, 300).unref());
  return controller.signal;
}

/** What an attempt is given, for a server that stays silent: many times what a whole one takes on this machine now. */
async function timeFor(destination: Destination, event: WaypostEvent): Promise<number> {
  const begun = performance.now();
  await deliverForSure(destination, event, { ms: 60_000 });
  return Math.ceil(Math.max(400, 20 * (performance.now() - begun)));
}

/** Two thirds of the answers are disturbed, in a fixed order. */
function faultAt(at: number, faults: readonly Fault[]): Fault {
  return at % 3 === 2 ? "none" : (faults[(at * 7) % faults.length] ?? "none");
}
