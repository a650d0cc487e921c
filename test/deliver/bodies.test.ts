import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBodies } from "../../src/deliver/ledger-access.ts";
import { event } from "./engine.ts";

describe("bodies", () => {
  it("come from memory while there is room, and from the log in one question a tick", async () => {
    const asked: string[][] = [];
    const events = Array.from({ length: 10 }, () => event("cnv_a"));
    const log = new Map(events.map((each) => [each.id, each]));
    const size = 2 * JSON.stringify(events[0]).length;
    const bodies = createBodies(
      {
        async bodies(ids) {
          asked.push([...ids]);
          return new Map(ids.flatMap((id) => [[id, log.get(id) ?? "quarantined"]]));
        },
      },
      4 * size + 40,
    );
    for (const each of events) bodies.keep(each);
    const found = await Promise.all(events.map(({ id }) => bodies.get(id)));
    assert.deepEqual(found, events);
    assert.deepEqual(asked, [events.slice(0, 6).map(({ id }) => id)]);
  });
});
