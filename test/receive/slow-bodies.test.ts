import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { messagesPost, textMessage } from "../support/meta-post.ts";
import {
  openRaw,
  path,
  post,
  type RawConnection,
  startReceiver,
  type TestReceiver,
} from "../support/receiver.ts";
import { waitFor } from "../support/wait-for.ts";

const announced = 3_145_728;
const head = `POST ${path} HTTP/1.1\r\nHost: waypost.example\r\nContent-Length: ${announced}\r\n\r\n`;
/** What one of them gives before it stalls. */
const withBody = (bytes: number) => Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, 0x20)]);

/** A signed POST of a good message, of that size. */
function bodyOf(size: number, id: string): string {
  return JSON.stringify(messagesPost([textMessage(id)])).padEnd(size, " ");
}

describe("bodies that are announced and do not come", () => {
  let receiver: TestReceiver;
  const open = new Set<RawConnection>();
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const { socket } of open) socket.destroy();
    open.clear();
    await receiver.close();
  });

  const attack = async (count: number, sent: string | Buffer) => {
    const more = await Promise.all(
      Array.from({ length: count }, () => openRaw(receiver.port, sent)),
    );
    for (const each of more) {
      open.add(each);
      void each.closed.then(() => open.delete(each));
    }
    return more;
  };
  const accepted = async (size: number, id: string) => {
    assert.equal((await post(receiver.port, bodyOf(size, id))).code, 200, `${size} bytes`);
  };
  const refused = (all: readonly RawConnection[]) =>
    all.filter((raw) => raw.received().startsWith("HTTP/1.1 503 "));

  it("keep nobody out: 180 sockets, renewed all the time", async () => {
    await attack(180, head);
    for (let round = 0; round < 20; round += 1) {
      const oldest = [...open].slice(0, 30);
      for (const { socket } of oldest) socket.destroy();
      const [small, large] = [`wamid.small${round}`, `wamid.large${round}`];
      await Promise.all([
        attack(oldest.length, head),
        accepted(20_000, small),
        accepted(2_000_000, large),
      ]);
    }
    assert.equal(receiver.bus.published.length, 40);
  });

  it("are dropped, slowest first, when what they did send takes the room", async () => {
    const all = await attack(60, withBody(1_500_000));
    await waitFor("the room is taken", () => refused(all).length >= 15);
    for (let round = 0; round < 5; round += 1) {
      await accepted(20_000, `wamid.small${round}`);
      await accepted(2_000_000, `wamid.large${round}`);
    }
    assert.match(refused(all)[0]?.received() ?? "", /^Retry-After: 5\r$/m);
    assert.ok(refused(all).length < 30, "no more than need be");
  });

  it("are dropped although a byte comes now and then", async () => {
    // 23 of these are less than the 64 MiB there are.
    const all = await attack(30, withBody(2_900_000));
    const drip = setInterval(() => {
      for (const { socket } of open) socket.write(" ");
    }, 20);
    try {
      // Of who goes on writing, the reset may take the answer away unread.
      const dropped = () => all.filter((raw) => !open.has(raw)).length;
      await waitFor("the room is taken", () => dropped() >= 7);
      for (let round = 0; round < 10; round += 1) {
        await accepted(20_000, `wamid.small${round}`);
        await accepted(2_000_000, `wamid.large${round}`);
      }
    } finally {
      clearInterval(drip);
    }
  });

  it("are all kept while there is room", async () => {
    const body = bodyOf(40_000, "wamid.slow");
    const all = await attack(20, head);
    const slow = post(receiver.port, body);
    for (const { socket } of all) socket.write(Buffer.alloc(100_000, 0x20));
    assert.equal((await slow).code, 200);
    assert.deepEqual(refused(all), []);
    assert.equal(open.size, 20);
  });
});
