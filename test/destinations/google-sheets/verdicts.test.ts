import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type Destination } from "../../../src/contracts.ts";
import { googleSheets } from "../../../src/destinations/google-sheets/google-sheets.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { json } from "./answers.ts";
import { put, textsOf } from "./grid.ts";
import { email, privateKeyPem, type SheetsStub, spreadsheetId, startSheetsStub } from "./stub.ts";

let google: SheetsStub;
let destination: Destination;
const create = (options: object) =>
  googleSheets.create("sheet", { ...google.options, ...options }, { log: createArrayLog() });

beforeEach(async () => {
  google = await startSheetsStub();
  destination = create({});
});
afterEach(async () => {
  await destination.close();
  await google.close();
});

async function failure(): Promise<DeliveryError> {
  const outcome = await attempt(destination, makeText("x", {}));
  assert.ok(outcome instanceof DeliveryError, "delivered");
  return outcome;
}
async function works(): Promise<void> {
  const outcome = await attempt(destination, makeText("now", {}));
  assert.ok(!(outcome instanceof DeliveryError), String(outcome));
}
async function paused(words: RegExp): Promise<void> {
  const { verdict, message, maybeDone } = await failure();
  assert.deepEqual([verdict, maybeDone], ["config", false], message);
  assert.match(message, words);
}

describe("what only people can mend pauses the destination, and it works when they have", () => {
  it("a sheet that was renamed", async () => {
    await works();
    google.grid.title = "Nachrichten";
    await paused(/no sheet of the name "Messages"/);
    google.grid.title = "Messages";
    await works();
  });

  it("a spreadsheet that is not shared: the remedy names the account", async () => {
    google.may.edit = false;
    await paused(new RegExp(`share the spreadsheet with ${email}`));
    google.may.edit = true;
    await works();
  });

  it("a spreadsheet that is not there", async () => {
    await destination.close();
    destination = create({ spreadsheet: "1Other" });
    await paused(/no such spreadsheet/);
  });

  it("an API that is not enabled", async () => {
    google.may.use = false;
    await paused(/enable the Google Sheets API/);
    google.may.use = true;
    await works();
  });

  it("a spreadsheet that is full", async () => {
    await works();
    google.limits.cells = 52_000;
    await paused(/full \(10,000,000 cells\)/);
    google.limits.cells = 10_000_000;
    await works();
  });

  it("a sheet whose grid has no room for the column of the ids", async () => {
    google.grid.columnCount = 3;
    for (const [at, value] of ["Time", "Name", "Text"].entries())
      put(google.grid, 0, at, { value });
    await paused(/add columns to the sheet/);
    google.grid.columnCount = 4;
    await works();
  });

  it("a protected sheet, and an Excel file", async () => {
    const said = (message: string) =>
      json(400, { error: { code: 400, status: "INVALID_ARGUMENT", message } });
    google.stub.fail(said("You are trying to edit a protected cell or object."));
    await paused(/is protected: let waypost@/);
    google.stub.fail(said("This operation is not supported for this document"));
    await paused(/Save as Google Sheets/);
  });

  it("a key that is refused; a token that was revoked is replaced", async () => {
    await works();
    google.revoke();
    await works();
    await destination.close();
    destination = create({});
    google.tokens.refuse = json(400, { error: "invalid_grant" });
    await paused(/400 invalid_grant/);
    delete google.tokens.refuse;
    await works();
    assert.equal(textsOf(google.grid).length, 4);
  });
});

describe("a quota that is used up", () => {
  it("waits twice as long each time, 64 s at most, and begins anew when Google takes something", async () => {
    const spent = json(429, {
      error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "Quota" },
    });
    google.stub.fail(...Array.from({ length: 9 }, () => spent));
    const waits: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const { verdict, maybeDone, afterMs = 0 } = await failure();
      assert.deepEqual([verdict, maybeDone], ["outage", false]);
      waits.push(Math.floor(afterMs / 1_000));
    }
    for (const [i, least] of [1, 2, 4, 8, 16, 32, 64, 64, 64].entries()) {
      assert.ok((waits[i] ?? 0) >= least && (waits[i] ?? 0) <= Math.min(least + 1, 64), `${waits}`);
    }
    await works();
    google.stub.fail({ ...spent, headers: { ...spent.headers, "retry-after": "7" } });
    assert.equal((await failure()).afterMs, 7_000);
    google.stub.fail(spent);
    assert.ok(((await failure()).afterMs ?? 0) <= 3_000);
  });
});

describe("the options of a sheet", () => {
  const problem = (options: object) => {
    try {
      create(options);
      return "none";
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.ok(!error.message.includes("PRIVATE KEY"));
      return error.message;
    }
  };

  it("take the key file as text or object, and the spreadsheet as id or address", async () => {
    const address = `https://docs.google.com/spreadsheets/d/${spreadsheetId}/edit?gid=0#gid=0`;
    const file = JSON.parse(String(google.options.credentials));
    const flat = { ...file, private_key: privateKeyPem.replaceAll("\n", "\\n") };
    await destination.close();
    destination = create({ credentials: flat, spreadsheet: address });
    await works();
  });

  it("that cannot be used are told in words", () => {
    assert.match(problem({ credentials: "AIzaSy" }), /credentials are not JSON/);
    assert.match(problem({ credentials: '{"type":"authorized_user"}' }), /not those of a service/);
    const key = { client_email: email, private_key: "-----BEGIN PRIVATE KEY-----\nx" };
    assert.match(problem({ credentials: key }), /private key that cannot be read/);
    assert.match(problem({ spreadsheet: "not one!" }), /neither an id nor an address/);
    assert.match(problem({ idColumn: "Text " }), /idColumn names a column that is named already/);
    assert.match(problem({ columns: { A: "{{ x" } }), /columns.A is not a template/);
    assert.match(problem({ baseUrl: "ftp://x" }), /baseUrl is not an address/);
  });
});

describe("doctor, add and erasure", () => {
  const soon = () => AbortSignal.timeout(5_000);

  it("say what is missing, and make it on command", async () => {
    await destination.close();
    destination = create({ sheet: "Leads" });
    assert.match(JSON.stringify(await destination.check(soon())), /none of the name \\"Leads\\"/);
    for (const { there, create: make } of (await destination.requirements?.(soon())) ?? []) {
      assert.equal(there, false);
      await make?.(soon());
    }
    const leads = google.grids.find(({ title }) => title === "Leads") ?? assert.fail();
    assert.deepEqual(textsOf(leads), [["Time", "Name", "Text", "Event id"]]);
    assert.ok((await destination.check(soon())).every(({ ok }) => ok));
    assert.ok((await destination.requirements?.(soon()))?.every(({ there }) => there));
    put(leads, 0, 1, { value: "Who" });
    assert.match(JSON.stringify(await destination.check(soon())), /has no column \\"Name\\"/);
  });

  it("shadow looks, writes nothing, and says what it would do", async () => {
    const event = makeText("x", {});
    const { contextOf } = await import("../../conformance/destination.ts");
    const shadow = { ...contextOf(event), shadow: true };
    const delivered = await destination.deliver(event, shadow, soon());
    assert.equal(delivered.answer, "would make the header row, append a row");
    assert.deepEqual(textsOf(google.grid), []);
  });

  it("leave it to a person which rows speak of somebody, and say where", async () => {
    const person = { contact: undefined, contactLink: undefined, links: [] };
    assert.deepEqual(await destination.erase?.(person, soon()), [
      {
        object: "row",
        id: "Messages",
        result: "by hand",
        url: `https://docs.google.com/spreadsheets/d/${spreadsheetId}/edit`,
      },
    ]);
  });
});
