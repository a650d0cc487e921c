import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type Destination, type WaypostEvent } from "../../../src/contracts.ts";
import { createGoogleSheets } from "../../../src/destinations/google-sheets/google-sheets.ts";
import { attempt, contextOf } from "../../conformance/destination.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { moveColumn, put, textsOf } from "./grid.ts";
import { type SheetsStub, startSheetsStub } from "./stub.ts";

let google: SheetsStub;
let log: ReturnType<typeof createArrayLog>;
let passed: number;
const open: Destination[] = [];

beforeEach(async () => {
  google = await startSheetsStub();
  log = createArrayLog();
  passed = 0;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await google.close();
});

function sheet(options: object = {}): Destination {
  const clock = {
    now: () => Date.now(),
    monotonic: () => passed,
    after: () => () => undefined,
  };
  const made = createGoogleSheets("sheet", { ...google.options, ...options }, { log }, clock);
  open.push(made);
  return made;
}

async function deliver(destination: Destination, ...events: readonly WaypostEvent[]) {
  for (const event of events) {
    const outcome = await attempt(destination, event);
    if (outcome instanceof DeliveryError) throw outcome;
  }
}
/** What is below a header. */
const column = (header: string) => {
  const [headers = [], ...rows] = textsOf(google.grid);
  return rows.map((row) => row[headers.indexOf(header)] ?? "");
};
const setHeader = (...headers: readonly string[]) => {
  for (const [at, value] of headers.entries())
    put(google.grid, 0, at, value ? { value } : undefined);
};

describe("the header row of a sheet", () => {
  it("is made where the sheet is empty, with the column of the ids", async () => {
    await deliver(sheet(), makeText("hello", {}));
    assert.deepEqual(textsOf(google.grid)[0], ["Time", "Name", "Text", "Event id"]);
    assert.deepEqual(column("Text"), ["hello"]);
  });

  it("keeps the columns of others and their order; the column of the ids is added at the right", async () => {
    setHeader("Owner", "Text", "Name", "Done", "Time");
    await deliver(sheet(), makeText("hello", {}));
    assert.deepEqual(textsOf(google.grid)[0], [
      "Owner",
      "Text",
      "Name",
      "Done",
      "Time",
      "Event id",
    ]);
    assert.deepEqual([column("Text"), column("Name"), column("Owner")], [["hello"], ["Mia"], [""]]);
  });

  it("is read once for many rows, and again after ten seconds, so that a column that was moved is found", async () => {
    const destination = sheet();
    await deliver(destination, ...[1, 2, 3, 4, 5].map((n) => makeText(`${n}`, {})));
    assert.equal(google.calls().filter((call) => call.startsWith("GET")).length, 1);
    moveColumn(google.grid, 2, 0);
    passed += 11_000;
    await deliver(destination, makeText("6", {}));
    assert.deepEqual(textsOf(google.grid)[0], ["Text", "Time", "Name", "Event id"]);
    assert.deepEqual(column("Text"), ["1", "2", "3", "4", "5", "6"]);
    assert.deepEqual(
      log.lines.map(({ level, ms }) => [level, ms]),
      [["warn", 11_000]],
    );
  });

  it("that lacks a column of ours pauses the destination; nothing is written under another header", async () => {
    const destination = sheet();
    await deliver(destination, makeText("1", {}));
    setHeader("Time", "Name", "Message");
    passed += 11_000;
    const outcome = await attempt(destination, makeText("2", {}));
    assert.ok(outcome instanceof DeliveryError);
    assert.deepEqual([outcome.verdict, outcome.maybeDone], ["config", false]);
    assert.match(outcome.message, /has no column "Text": rename it back/);
    setHeader("Time", "Name", "Text");
    await deliver(destination, makeText("2", {}));
    assert.deepEqual(column("Text"), ["1", "2"]);
  });

  it("with a column twice, or an empty first cell, is not written to", async () => {
    setHeader("Time", "Name", "Text", "Text");
    const twice = await attempt(sheet(), makeText("1", {}));
    assert.match(String(twice), /"Text" more than once \(C1, D1\)/);
    setHeader("", "Time", "Name", "Text");
    const empty = await attempt(sheet(), makeText("1", {}));
    assert.match(String(empty), /write a header into A1/);
    assert.equal(textsOf(google.grid).length, 1);
  });
});

describe("what stands in the rows", () => {
  it("is never a formula: every text stays the text that it is", async () => {
    const hostile = ["=IMPORTXML(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "'x", "0123", "1e5"];
    await deliver(sheet(), ...hostile.map((text) => makeText(text, {})));
    assert.deepEqual(column("Text"), hostile);
    const cells = google.grid.rows.flat();
    assert.ok(
      cells.every((cell) => cell?.formula === undefined && typeof cell?.value === "string"),
    );
  });

  it("keeps numbers and truth as they are, tells objects as JSON, and leaves empty what is not there", async () => {
    const columns = {
      N: "{{ business.n }}",
      B: "{{ business.b }}",
      O: "{{ business.o }}",
      X: "{{ business.x }}",
    };
    const data = { business: { n: 1.5, b: true, o: { a: [1] } } };
    await deliver(sheet({ columns }), makeEvent({ type: "business.form.submitted", data }));
    assert.deepEqual(
      google.grid.rows[1]?.slice(0, 4).map((cell) => cell?.value),
      [1.5, true, '{"a":[1]}', undefined],
    );
  });

  it("is cut to what a cell takes, cleaned of what no cell can show", async () => {
    const text = `${"🙂".repeat(30_000)}`;
    await deliver(sheet(), makeText(text, {}), makeText("a\u0000b\ud800c\u202e\u200b\u05d0", {}));
    const [long = "", odd = ""] = column("Text");
    assert.ok(
      long.length <= 50_000 && long.length > 49_990 && long.endsWith("🙂…"),
      `${long.length}`,
    );
    assert.equal(odd, "ab\ufffdc\u200b\u05d0");
  });

  it("goes above an empty row and what a person wrote below, and overwrites neither (rule 15)", async () => {
    const destination = sheet();
    await deliver(destination, makeText("1", {}));
    put(google.grid, 3, 1, { value: "my note" });
    await deliver(destination, makeText("2", {}), makeText("3", {}));
    const names = textsOf(google.grid).map((row) => row[1] ?? "");
    assert.deepEqual(names, ["Name", "Mia", "Mia", "Mia", "", "my note"]);
    assert.deepEqual(column("Text").slice(0, 3), ["1", "2", "3"]);
  });

  it("is in a sheet of any name", async () => {
    google.grid.title = "Mia's A1!";
    await deliver(sheet({ sheet: "Mia's A1!" }), makeText("1", {}));
    assert.deepEqual(column("Text"), ["1"]);
  });

  it("tells no event of a row", async () => {
    const delivered = await attempt(sheet(), makeText("1", {}));
    assert.ok(!(delivered instanceof DeliveryError));
    assert.equal(delivered.events, undefined);
  });

  it("is none of a record elsewhere, unless a column reads business", async () => {
    const business = { object: "contact", id: "7" };
    const record = makeEvent({ type: "business.record.created", data: { business } });
    const silent = await attempt(sheet(), record);
    assert.ok("nothing" in (sheet().preview(record) as object));
    assert.match("answer" in silent ? (silent.answer ?? "") : "", /^nothing to write/);
    const [together, text] = await batch(sheet(), [record, makeText("1", {})]);
    assert.ok(together && "answer" in together && text && "remoteId" in text);
    assert.deepEqual(
      [together.answer, column("Text")],
      ["answer" in silent && silent.answer, ["1"]],
    );
    await deliver(sheet({ columns: { Text: "{{ business.id }}" } }), record);
    assert.deepEqual(column("Text"), ["1", "7"]);
  });
});

describe("one call for many rows (rule 14)", () => {
  it("takes 500 in one write; a read is not made before it", async () => {
    const destination = sheet();
    assert.equal(destination.batch?.most, 500);
    await deliver(destination, makeText("first", {}));
    const events = Array.from({ length: 500 }, (_, n) => makeText(`${n}`, {}));
    const before = google.calls().length;
    const outcomes = await batch(destination, events);
    assert.ok(outcomes.every((each) => !(each instanceof Error)));
    assert.deepEqual(google.calls().slice(before), ["POST 'Messages'!A1:append"]);
    assert.deepEqual(
      column("Text").slice(1),
      events.map((_, n) => `${n}`),
    );
    assert.deepEqual(outcomes[7] && "remoteId" in outcomes[7] && outcomes[7].remoteId, "row 10");
  });

  it("whose second part is refused kills none of it: each is tried alone", async () => {
    const events = Array.from({ length: 100 }, (_, n) =>
      makeText(`${n} ${"x".repeat(40_000)}`, {}),
    );
    google.stub.fail("none", { status: 400, body: "{}" });
    const outcomes = await batch(sheet(), events);
    const failed = outcomes.filter((each) => each instanceof DeliveryError);
    assert.equal(failed.length, events.length - column("Event id").length);
    assert.deepEqual(new Set(failed.map(({ verdict }) => verdict)), new Set(["outage"]));
  });

  it("is split at 2 MB, in order", async () => {
    const events = Array.from({ length: 100 }, (_, n) =>
      makeText(`${n} ${"x".repeat(40_000)}`, {}),
    );
    await batch(sheet(), events);
    const appends = google.stub.requests.filter(({ path }) => path.includes(":append"));
    assert.equal(appends.length, 2);
    assert.ok(appends.every(({ body }) => Buffer.byteLength(body) < 2_200_000));
    assert.deepEqual(
      column("Event id"),
      events.map(({ id }) => id),
    );
  });

  it("keeps back only the row whose template cannot be filled", async () => {
    const columns = {
      Text: "{{ message.text.body | append: business.big | append: business.big }}",
    };
    const huge = makeText("bad", { data: { business: { big: "x".repeat(200_000) } } });
    const [one, two] = [makeText("1", {}), makeText("2", {})];
    const [a, b, c] = await batch(sheet({ columns }), [one, huge, two]);
    assert.ok(b instanceof DeliveryError && b.verdict === "refused", String(b));
    assert.ok(!(a instanceof Error) && !(c instanceof Error));
    assert.deepEqual(column("Text"), ["1", "2"]);
  });

  it("looks up the ids of a whole batch of unknown outcome in one reading of their column", async () => {
    const destination = sheet();
    const events = Array.from({ length: 50 }, (_, n) => makeText(`${n}`, {}));
    google.stub.fail("lost");
    await assert.rejects(batch(destination, events));
    const before = google.calls().length;
    for (const event of events) {
      const found = await destination.find?.(event, contextOf(event), AbortSignal.timeout(5_000));
      assert.match(found?.remoteId ?? "", /^row \d+$/);
    }
    const other = makeText("not there", {});
    assert.equal(
      await destination.find?.(other, contextOf(other), AbortSignal.timeout(5_000)),
      undefined,
    );
    assert.deepEqual(google.calls().slice(before), [
      "GET 'Messages'!1:1",
      "GET 'Messages'!D2:D50001",
    ]);
    // What is unknown after that is read again.
    google.stub.fail("lost");
    await assert.rejects(deliver(destination, other));
    const found = await destination.find?.(other, contextOf(other), AbortSignal.timeout(5_000));
    assert.equal(found?.remoteId, "row 52");
  });

  it("finds ids in a column of more rows than one reading takes", async () => {
    const destination = sheet();
    setHeader("Time", "Name", "Text", "Event id");
    google.grid.rowCount = 120_000;
    for (let row = 1; row < 110_000; row += 1)
      put(google.grid, row, 3, { value: `evt_old_${row}` });
    const last = makeText("x", { id: "evt_old_109999" });
    const found = await destination.find?.(last, contextOf(last), AbortSignal.timeout(5_000));
    assert.equal(found?.remoteId, "row 110000");
    assert.equal(google.calls().length, 4);
  });
});

async function batch(destination: Destination, events: readonly WaypostEvent[]) {
  const items = events.map((event) => ({ event, context: contextOf(event) }));
  return (await destination.deliverBatch?.(items, AbortSignal.timeout(10_000))) ?? assert.fail();
}
