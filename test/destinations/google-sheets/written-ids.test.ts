import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createWrittenIds } from "../../../src/destinations/google-sheets/written-ids.ts";
import type { Session } from "../../../src/destinations/http/api.ts";
import { createFakeClock } from "../../deliver/fake-clock.ts";

describe("which rows are in a sheet", () => {
  it("a reading counts no more once a write ended unknown behind it", async () => {
    const sheet = new Map<string, number>();
    const readings: (() => void)[] = [];
    const column = async () => {
      const rows = new Map(sheet);
      await new Promise<void>((resolve) => readings.push(resolve));
      return rows;
    };
    const header = { idColumn: async () => 0, layout: async () => new Map() };
    const written = createWrittenIds({ column } as never, header, createFakeClock());
    const find = async (id: string) => {
      const found = written.find({} as Session, id);
      await new Promise(setImmediate);
      readings.shift()?.();
      return found;
    };
    const slow = written.find({} as Session, "evt_1");
    await new Promise(setImmediate);
    sheet.set("evt_2", 2);
    written.unsure();
    readings.shift()?.();
    assert.equal(await slow, undefined);
    assert.equal(await find("evt_2"), 2);
    assert.equal(await find("evt_2"), 2, "and then serves all");
    assert.equal(readings.length, 0);
  });
});
