import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { learnTime, serverNow, skew } from "../../console/api/clock.ts";

const hour = 3_600_000;
const server = Date.parse("2026-12-01T14:03:22Z");
const answer = new Response("", { headers: { Date: new Date(server).toUTCString() } });

describe("the clock of the server", () => {
  beforeEach(() => {
    skew.value = 0;
  });

  for (const wrong of [-26 * hour, -0.3 * hour, 0.3 * hour, 49 * hour]) {
    it(`is known within a second where the browser's is ${wrong / hour} hours off`, (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: server + wrong });
      learnTime(answer, Date.now() - 40);
      assert.ok(Math.abs(serverNow() - server) <= 1_040, `${serverNow() - server} ms`);
      const learnt = skew.value;
      // A slow answer, and one that says no time, tell nothing new.
      t.mock.timers.tick(20_000);
      learnTime(answer, Date.now() - 20_000);
      learnTime(new Response(""), Date.now());
      assert.ok(Math.abs(skew.value - learnt) <= 40, `${skew.value - learnt} ms`);
    });
  }

  it("is the browser's where both agree, however long an answer took", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: server + 700 });
    for (const took of [0, 300, 30_000]) learnTime(answer, Date.now() - took);
    assert.equal(skew.value, 0);
  });

  it("is learnt anew where the browser's is set right", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: server + 3 * hour });
    learnTime(answer, Date.now());
    t.mock.timers.setTime(server + 500);
    // Asked before it was set: that says nothing.
    learnTime(answer, server + 3 * hour);
    assert.ok(skew.value < -2 * hour);
    learnTime(answer, Date.now());
    assert.ok(Math.abs(serverNow() - server) <= 1_000);
  });
});
