import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError } from "../../src/contracts.ts";
import { createHubspotApi } from "../../src/destinations/hubspot/client.ts";
import { parseHubspotOptions } from "../../src/destinations/hubspot/options.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { createRateWindow } from "../../src/destinations/rate-window.ts";
import { createShared } from "../../src/destinations/shared.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { type StubAnswer, startStub } from "./stub.ts";

function outageOf(work: () => unknown): DeliveryError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof DeliveryError && error.verdict === "outage");
    return error;
  }
}

describe("what vendors' limits and late searches make of calls", () => {
  it("a window lets in what it has calls left for, those of deliveries under way counted, until it ends", () => {
    const clock = createFakeClock();
    const window = createRateWindow(clock, "Acme");
    window.learn(10, 10_000);
    window.enter(5);
    window.enter(5);
    const refused = outageOf(() => window.enter(1));
    assert.deepEqual([refused?.limited, refused?.afterMs], [true, 10_000]);
    window.leave(5);
    assert.equal(
      outageOf(() => window.enter(5)),
      undefined,
      "exactly as many as are left",
    );
  });

  it("a window ends when its first answer says, whatever later ones say, and forgets then", async () => {
    const clock = createFakeClock();
    const window = createRateWindow(clock, "Acme");
    window.learn(2, 10_000);
    await clock.advance(6_000);
    // An older answer, that was overtaken.
    window.learn(9, 10_000);
    assert.equal(outageOf(() => window.enter(3))?.afterMs, 4_000);
    await clock.advance(3_999);
    assert.equal(outageOf(() => window.enter(3))?.afterMs, 1);
    await clock.advance(1);
    assert.equal(
      outageOf(() => window.enter(3)),
      undefined,
    );
  });

  it("HubSpot is asked nothing for ten seconds after a 429 of ten seconds", async () => {
    const clock = createFakeClock();
    const fine: StubAnswer = { status: 200, body: "{}" };
    const stub = await startStub(() => fine);
    const options = parseHubspotOptions("crm", { token: "pat-invented", baseUrl: stub.url });
    const api = createHubspotApi(options, clock, createShared());
    const session = api.plain(AbortSignal.timeout(10_000));
    const body = JSON.stringify({ policyName: "TEN_SECONDLY_ROLLING" });
    stub.fail({ status: 429, body });
    await assert.rejects(session.look({ path: "/one" }), /too many calls in ten seconds/);
    const next = session.look({ path: "/two" });
    await clock.advance(9_999);
    assert.equal(stub.requests.length, 1);
    await clock.advance(200);
    await next;
    assert.equal(stub.requests.length, 2);
    await Promise.all([api.close(), stub.close()]);
  });

  it("Intercom: what was begun is looked for until its search must show it, and then begun once more", async () => {
    const clock = createFakeClock();
    const { stub, workspace, held } = await startIntercomStub({ now: clock.now });
    held.searchLagMs = 60_000;
    const given = { token: intercomToken, baseUrl: stub.url };
    const inbox = intercom.create("desk", given, { log: createArrayLog(), clock } as never);
    const { fails, find } = delivering(inbox);
    const only = makeText("one", { contact: { waId: "15555550123", name: "Mia" } });
    stub.fail("lost");
    assert.equal((await fails(only)).maybeDone, true);
    await clock.advance(10_000);
    const late = await find(only).catch((error: unknown) => error);
    assert.ok(late instanceof DeliveryError, "it may be there");
    assert.deepEqual([late.verdict, late.laneOnly, late.afterMs], ["outage", true, 20_000]);
    await clock.advance(20_000);
    assert.equal(await find(only), undefined);
    await clock.advance(30_000);
    assert.equal(
      (await find(only))?.remoteId?.split(":")[0],
      [...workspace.conversations.keys()][0],
    );
    await Promise.all([inbox.close(), stub.close()]);
  });
});
