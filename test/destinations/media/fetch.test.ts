import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type KeptFile } from "../../../src/contracts.ts";
import { waitFor } from "../../support/wait-for.ts";
import { jpeg, startGraph } from "./graph-stub.ts";
import { base64Of, fileEvent, hexOf, type Rig, startRig } from "./rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

async function kept(id: string): Promise<KeptFile> {
  const file = await rig.library.find(id);
  assert.ok(file !== undefined && !("absent" in file), JSON.stringify(file));
  return file;
}

async function whyAbsent(id: string): Promise<string> {
  const file = await rig.library.find(id);
  assert.ok(file !== undefined && "absent" in file);
  return file.absent;
}

/** The verdict of a delivery that fails, with the words. */
async function failure(id: string): Promise<DeliveryError> {
  const { bytes = Buffer.alloc(0) } = rig.graph.files.get(id) ?? {};
  const event = fileEvent(id, { sha256: base64Of(bytes) });
  const error = await rig.deliver(event).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DeliveryError, String(error));
  return error;
}

describe("a file of a message", () => {
  it("is fetched with the token, checked, and kept under its hash", async () => {
    const bytes = jpeg(100_000);
    const event = rig.file("810", { bytes }, { name: "Überweisung März.jpg" });
    const { answer } = await rig.deliver(event);
    assert.equal(answer, "kept: image/jpeg, 100000 bytes");
    const file = await kept("810");
    assert.deepEqual(await buffer(await file.open()), bytes);
    const { name, type, sha256 } = file;
    assert.deepEqual(
      { name, type, sha256, bytes: file.bytes },
      { name: "Überweisung März.jpg", type: "image/jpeg", sha256: hexOf(bytes), bytes: 100_000 },
    );
    assert.deepEqual(await readFile(join(rig.dir, sha256.slice(0, 2), sha256)), bytes);
    assert.deepEqual(await rig.onDisk(), [sha256]);
    assert.deepEqual(rig.settled, [event.id]);
    assert.ok(rig.graph.asked.every(({ bearer, agent }) => bearer && agent));
  });

  it("is not fetched again, neither for the same event nor for another that tells of it", async () => {
    const event = rig.file("810", { bytes: jpeg() });
    await rig.deliver(event);
    await rig.deliver(event);
    await rig.deliver({ ...event, id: "evt_edit" });
    assert.deepEqual(
      rig.graph.asked.map(({ what }) => what),
      ["info 810", "bytes 810"],
    );
  });

  it("is fetched again when it is gone from where it was kept", async () => {
    const event = rig.file("810", { bytes: jpeg() });
    await rig.deliver(event);
    const { sha256 } = await kept("810");
    await rm(join(rig.dir, sha256.slice(0, 2), sha256));
    assert.equal(await whyAbsent("810"), "the file is no longer where it was kept");
    await rig.deliver(event);
    await kept("810");
  });

  it("lies on disk once, however many messages carry the same bytes", async () => {
    const bytes = jpeg();
    for (const id of ["1", "2", "3"]) await rig.deliver(rig.file(id, { bytes }));
    assert.deepEqual(await rig.onDisk(), [hexOf(bytes)]);
  });

  it("has the type that its bytes say, whatever Meta and the sender told", async () => {
    const bytes = Buffer.from("<html><script>alert(1)</script></html>");
    await rig.deliver(rig.file("1", { bytes, type: "image/png" }, { mimeType: "image/png" }));
    assert.equal((await kept("1")).type, "text/plain");
    const png = Buffer.from("\x89PNG\r\n\x1a\nand so on", "latin1");
    await rig.deliver(rig.file("2", { bytes: png, type: "text/html" }, { mimeType: "text/html" }));
    assert.equal((await kept("2")).type, "image/png");
  });

  it("needs no hash in its event: Graph's counts then", async () => {
    rig.graph.files.set("1", { bytes: jpeg() });
    await rig.deliver(fileEvent("1"));
    await kept("1");
    rig.graph.files.set("2", { bytes: jpeg(), faults: ["wrong", "wrong"] });
    await rig.deliver(fileEvent("2", { sha256: "Qm9ndXM=" }));
    assert.match(await whyAbsent("2"), /hash does not fit/);
  });
});

describe("a file whose bytes do not come as they should", () => {
  it("with another hash is fetched once more, from another address", async () => {
    const bytes = jpeg();
    await rig.deliver(rig.file("1", { bytes, faults: ["wrong"] }));
    assert.deepEqual(await buffer(await (await kept("1")).open()), bytes);
    assert.deepEqual(
      rig.graph.asked.map(({ what }) => what),
      ["info 1", "bytes 1", "info 1", "bytes 1"],
    );
  });

  it("with another hash twice is absent, and leaves nothing on disk", async () => {
    await rig.deliver(rig.file("1", { bytes: jpeg(), faults: ["wrong", "wrong"] }));
    assert.match(await whyAbsent("1"), /what Meta sent is not the file/);
    assert.deepEqual(await rig.onDisk(), []);
  });

  for (const fault of ["cut", "reset"] as const) {
    it(`is an outage when the connection ends (${fault}), and whole the next time`, async () => {
      const bytes = jpeg(300_000);
      const event = rig.file("1", { bytes, faults: [fault] });
      const { verdict } = await failure("1");
      assert.equal(verdict, "outage");
      assert.deepEqual(await rig.onDisk(), []);
      assert.equal(await rig.library.find("1"), undefined);
      await rig.deliver(event);
      assert.deepEqual(await buffer(await (await kept("1")).open()), bytes);
    });
  }

  for (const fault of ["hang", "drip"] as const) {
    it(`is an outage when the time is over (${fault})`, async () => {
      const event = rig.file("1", { bytes: jpeg(), faults: [fault] });
      const ending = new AbortController();
      const delivering = rig.deliver(event, ending.signal);
      await waitFor("the bytes are asked for", () => rig.graph.running() === 1);
      ending.abort();
      await assert.rejects(delivering, { verdict: "outage" });
      assert.deepEqual(await rig.onDisk(), []);
      await waitFor("the connection is given up", () => rig.graph.running() === 0);
    });
  }

  it("is absent when it is larger than is kept: by what Graph tells, by its header, by its bytes", async () => {
    const large = jpeg(1_048_577);
    await rig.deliver(rig.file("told", { bytes: large }));
    assert.equal(
      rig.graph.asked.some(({ what }) => what === "bytes told"),
      false,
    );
    await rig.deliver(rig.file("header", { bytes: large, told: { size: 5 } }));
    const endless = { bytes: jpeg(), told: { size: 5 }, faults: ["endless" as const] };
    await rig.deliver(rig.file("endless", endless));
    for (const id of ["told", "header", "endless"]) {
      assert.equal(await whyAbsent(id), "the file is larger than 1 MB, the most that is kept");
    }
    assert.deepEqual(await rig.onDisk(), []);
    await waitFor("the connection is given up", () => rig.graph.running() === 0);
  });
});

describe("an address that does not work", () => {
  for (const status of [401, 403, 404, 410]) {
    it(`is replaced by another one (${status})`, async () => {
      const bytes = jpeg();
      await rig.deliver(rig.file("1", { bytes, faults: [{ status }] }));
      await kept("1");
    });
  }

  it("twice: the file is absent when it is not found, the token is at fault when it is refused", async () => {
    await rig.deliver(rig.file("1", { bytes: jpeg(), faults: [{ status: 404 }, { status: 404 }] }));
    assert.equal(await whyAbsent("1"), "the file has expired at Meta");
    rig.file("2", { bytes: jpeg(), faults: [{ status: 401 }, { status: 401 }] });
    assert.equal((await failure("2")).verdict, "config");
  });

  it("is asked for anew by each attempt, so that it never is one of before", async () => {
    const event = rig.file("1", { bytes: jpeg(), faults: [{ status: 503 }] });
    assert.equal((await failure("1")).verdict, "outage");
    rig.graph.expire();
    await rig.deliver(event);
    await kept("1");
  });

  it("is followed to where it redirects; the token goes along only within the same origin", async () => {
    const other = await startGraph();
    const bytes = jpeg();
    other.files.set("1", { bytes });
    rig.file("1", { bytes, faults: [{ redirect: "/bytes/1?n=1" }] });
    await rig.deliver(fileEvent("1", { sha256: base64Of(bytes) }));
    await kept("1");
    assert.ok(rig.graph.asked.every(({ bearer }) => bearer));
    const redirect = `${new URL(other.url).origin}/bytes/1?n=1`;
    rig.file("2", { bytes, faults: [{ redirect }, { redirect }] });
    assert.equal((await failure("2")).verdict, "config");
    assert.deepEqual(
      other.asked.map(({ bearer }) => bearer),
      [false, false],
    );
    await other.close();
  });

  it("that redirects in circles is an outage", async () => {
    const redirect = "/bytes/1?n=1";
    rig.file("1", { bytes: jpeg(), faults: Array.from({ length: 9 }, () => ({ redirect })) });
    assert.match((await failure("1")).message, /circles/);
  });
});

describe("what Graph answers", () => {
  for (const [status, code, words] of [
    [400, 100, /knows no such file/],
    [400, 131052, /could not get the file from the sender/],
    [404, undefined, /expired at Meta/],
    [422, undefined, /does not give the file out/],
  ] as const) {
    it(`with ${status} ${code ?? ""} says that the file is absent, in words`, async () => {
      const info = [{ status, ...(code !== undefined && { code }) }];
      const { answer } = await rig.deliver(rig.file("1", { bytes: jpeg(), info }));
      assert.match(await whyAbsent("1"), words);
      assert.match(String(answer), words);
    });
  }

  for (const [status, code, verdict] of [
    [401, 190, "config"],
    [400, 190, "config"],
    [401, undefined, "config"],
    [403, 10, "config"],
    [400, 200, "config"],
    [500, undefined, "outage"],
    [503, 2, "outage"],
    [400, 130429, "outage"],
    [400, 80007, "outage"],
    [429, undefined, "outage"],
    [302, undefined, "outage"],
  ] as const) {
    it(`with ${status} ${code ?? ""} is ${verdict}, and the file may still come`, async () => {
      const info = [{ status, ...(code !== undefined && { code }) }];
      const event = rig.file("1", { bytes: jpeg(), info });
      const error = await failure("1");
      assert.equal(error.verdict, verdict);
      if (verdict === "config") assert.match(error.message, /META_ACCESS_TOKEN/);
      assert.ok(!error.message.includes(rig.graph.accessToken));
      await rig.deliver(event);
      await kept("1");
    });
  }

  it("with a Retry-After is obeyed", async () => {
    const info = [{ status: 429, headers: { "retry-after": "7" } }];
    rig.file("1", { bytes: jpeg(), info });
    assert.equal((await failure("1")).afterMs, 7_000);
  });

  it("is not asked for an id that is none of Meta's", async () => {
    await rig.deliver(fileEvent("../me"));
    assert.equal(await whyAbsent("../me"), "its id is none of Meta's");
    assert.deepEqual(rig.graph.asked, []);
  });
});

describe("an absent file", () => {
  it("is fetched when its delivery is opened again, and is there then", async () => {
    const event = rig.file("1", { bytes: jpeg(), info: [{ status: 404 }] });
    await rig.deliver(event);
    await whyAbsent("1");
    await rig.deliver(event);
    await kept("1");
  });
});

describe("a large file", () => {
  it("goes to disk without being held in memory", async () => {
    await rig.close();
    rig = await startRig({ maxBytes: 104_857_600 });
    const bytes = jpeg(80_000_000);
    const event = rig.file("1", { bytes });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 2);
    await rig.deliver(event);
    clearInterval(watching);
    assert.equal((await kept("1")).sha256, hexOf(bytes));
    assert.ok(most < 40_000_000, `${most} bytes at once`);
  });
});
