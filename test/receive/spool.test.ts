import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { EncodedEvent } from "../../src/contracts.ts";
import { openSpool, type Spool } from "../../src/receive/spool.ts";
import { framePost, parseFrame } from "../../src/receive/spool-frame.ts";
import { openAppendLog } from "../../src/support/append-log.ts";
import { createArrayLog } from "../support/array-log.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const maxBytes = 50_000_000;

function encoded(id: string, size = 20): EncodedEvent {
  return {
    id,
    type: "whatsapp.message.text",
    routingKey: "whatsapp.message.text.700700700700700",
    bytes: Buffer.alloc(size, id),
  };
}

/** Bytes may come as any view. */
const plain = (events: readonly EncodedEvent[]) =>
  events.map((one) => ({ ...one, bytes: Buffer.from(one.bytes).toString("latin1") }));

describe("openSpool", () => {
  let folder: string;
  let path: string;
  let spool: Spool;
  let log: ReturnType<typeof createArrayLog>;
  const open = async (bytes = maxBytes) => {
    log = createArrayLog();
    spool = await openSpool({ path, maxBytes: bytes, log });
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "waypost-spool-"));
    path = join(folder, "spool.db");
    await open();
  });
  afterEach(async () => {
    await spool.close();
    rmSync(folder, { recursive: true });
  });

  it("gives POSTs back as they were, oldest first, until they are dropped", async () => {
    const posts = [[encoded("a")], [encoded("b", 0), encoded("ä😀\0", 3)], [encoded("c", 5_000)]];
    await Promise.all(posts.map((post) => spool.append(post)));
    const read = await spool.read(0, 1_000);
    assert.deepEqual(
      read.map(({ events }) => plain(events)),
      posts.map(plain),
    );
    const [first, second, third] = read.map(({ seq }) => seq);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.deepEqual(await spool.read(second, 1_000), read.slice(2));
    await spool.dropThrough(second);
    assert.deepEqual(await spool.read(0, 1_000), read.slice(2));
    await spool.close();
    const file = await openAppendLog({ path });
    const { rows } = await file.read(0, 10);
    assert.deepEqual(
      rows.map(({ key }) => key),
      ["post"],
    );
    await file.close();
  });

  it("reads up to so many events, but at least one POST", async () => {
    const post = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => encoded(`${name}${i}`));
    await spool.append(post("a", 30));
    await spool.append(post("b", 5));
    await spool.append(post("c", 5));
    await spool.append(post("d", 1));
    const counts = async (after: number, max: number) =>
      (await spool.read(after, max)).map(({ events }) => events.length);
    assert.deepEqual(await counts(0, 10), [30]);
    assert.deepEqual(await counts(1, 10), [5, 5]);
    assert.deepEqual(await counts(0, 40), [30, 5, 5]);
    assert.deepEqual(await counts(0, 1_000), [30, 5, 5, 1]);
  });

  it("knows how much waits and since when, also after it was opened again", async () => {
    assert.deepEqual(spool.depth(), { posts: 0, bytes: 0 });
    await spool.append([encoded("a", 1_000)]);
    await spool.append([encoded("b", 1_000), encoded("c", 1_000)]);
    const depth = spool.depth();
    assert.equal(depth.posts, 2);
    assert.ok(depth.bytes >= 3_000 && depth.bytes < 4_000);
    assert.ok(depth.oldestAt instanceof Date);
    await spool.close();
    await open();
    assert.deepEqual(spool.depth(), depth);
    await spool.dropThrough(2);
    assert.deepEqual(spool.depth(), { posts: 0, bytes: 0 });
  });

  it("is bounded", async () => {
    await spool.close();
    await open(10_000);
    await spool.append([encoded("a", 6_000)]);
    await assert.rejects(spool.append([encoded("b", 6_000)]), { name: "LogFullError" });
    assert.equal(spool.depth().posts, 1);
    await spool.dropThrough(1);
    await spool.append([encoded("c", 6_000)]);
    assert.equal(spool.depth().posts, 1);
  });

  it("sets a damaged row aside, says so once, and goes on with the others", async () => {
    await spool.close();
    const frame = framePost([encoded("good")]);
    const rows = ["bad", "good", "bad", "good", "bad"].map((kind) => ({
      key: "post",
      bytes: kind === "good" ? frame : frame.subarray(0, frame.length - 1),
    }));
    const file = await openAppendLog({ path });
    await file.append(rows);
    await file.close();
    await open();
    for (let i = 0; i < 2; i += 1) {
      const read = await spool.read(0, 100);
      assert.deepEqual(
        read.map(({ seq }) => seq),
        [2, 4],
      );
    }
    const line = {
      level: "error",
      message: "set aside a POST that the spool cannot read",
      reason: "Error: a row of the spool has another length than it says",
    };
    assert.deepEqual(log.lines, [line, line, line]);
    await spool.dropThrough(4);
    assert.deepEqual(await spool.read(0, 100), []);
    assert.deepEqual(spool.depth(), { posts: 0, bytes: 0 });
    await spool.close();
    const after = await openAppendLog({ path });
    assert.equal(after.asideCount("spool"), 3);
    await after.close();
  });

  it("drops nothing but the damaged rows when it reads behind good ones", async () => {
    await spool.close();
    const file = await openAppendLog({ path });
    await file.append([
      { key: "post", bytes: framePost([encoded("good")]) },
      { key: "post", bytes: Buffer.from("bad") },
    ]);
    await file.close();
    await open();
    assert.deepEqual(await spool.read(1, 100), []);
    assert.equal((await spool.read(0, 100)).length, 1);
  });

  it("cannot be opened twice", async () => {
    await assert.rejects(openSpool({ path, maxBytes, log }), /in use by another waypost/);
  });

  it("has every POST whose append resolved after SIGKILL at a random instant, in order", async () => {
    await spool.close();
    const acknowledged = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      for (const id of await appendUntilKilled(path, round)) acknowledged.add(id);
    }
    await open();
    const found: string[] = [];
    for (let after = 0; ; ) {
      const posts = await spool.read(after, 5_000);
      found.push(...posts.flatMap(({ events }) => events.map(({ id }) => id)));
      const last = posts.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    assert.ok(acknowledged.size > 100, `only ${acknowledged.size} appends`);
    const known = new Set(found);
    assert.deepEqual(
      [...acknowledged].filter((id) => !known.has(id)),
      [],
    );
    assert.equal(known.size, found.length);
    assert.equal(spool.depth().posts, found.length);
    for (let round = 0; round < 6; round += 1) {
      const numbers = found
        .filter((id) => id.startsWith(`${round}-`))
        .map((id) => Number(id.split("-")[1]));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    }
  });
});

/** Answers with the ids that the child reported as durable before it was killed. */
async function appendUntilKilled(path: string, round: number): Promise<string[]> {
  const module = moduleUrl("../../src/receive/spool.ts", import.meta.url).href;
  const code = `
    const { openSpool } = await import(${JSON.stringify(module)});
    const none = () => {};
    const spool = await openSpool({ path: ${JSON.stringify(path)}, maxBytes: ${maxBytes}, log: { error: none } });
    const bytes = Buffer.alloc(1500, "x");
    for (let n = 0; ; n += 8) {
      await Promise.all(Array.from({ length: 8 }, async (_, i) => {
        const id = "${round}-" + (n + i);
        await spool.append([{ id, type: "t", routingKey: "t.none", bytes }]);
        process.stdout.write(id + "\\n");
      }));
    }`;
  const child = spawn(process.execPath, [...sourceLoader, "--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ids: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on("line", (id) => {
    if (ids.length === 0) setTimeout(() => child.kill("SIGKILL"), 20 + Math.random() * 200);
    ids.push(id);
  });
  await once(lines, "close");
  // The last line may be cut off.
  return ids.filter((id) => /^\d+-\d+$/.test(id)).slice(0, -1);
}

describe("parseFrame", () => {
  it("refuses every frame that is cut off or too long", () => {
    const frame = framePost([encoded("a", 3), encoded("b", 2)]);
    for (let length = 0; length < frame.length; length += 1) {
      assert.throws(() => parseFrame(frame.subarray(0, length)), /a row of the spool/);
    }
    assert.throws(() => parseFrame(Buffer.concat([frame, Buffer.of(0)])), /another length/);
  });

  it("gives either the events or an error for every flipped byte of the header", () => {
    const frame = Buffer.from(framePost([encoded("a", 3)]));
    const header = frame.length - 3;
    for (let at = 0; at < header; at += 1) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = Buffer.from(frame);
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          assert.equal(parseFrame(changed).length, 1);
        } catch (error) {
          assert.match(String(error), /a row of the spool/);
        }
      }
    }
  });
});
