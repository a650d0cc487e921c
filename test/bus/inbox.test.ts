import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConsumeMessage } from "amqplib";
import { createInbox } from "../../src/bus/rabbitmq/inbox.ts";

const message = (bytes: number) => ({ content: Buffer.alloc(bytes) }) as ConsumeMessage;
const open = (maxBytes?: number) => createInbox(new AbortController().signal, 50, maxBytes);

describe("an inbox with a limit of bytes", () => {
  it("keeps what fits, nothing that came after what did not, and is over when it is empty", async () => {
    const inbox = open(1_000);
    for (const bytes of [400, 500, 200, 1]) inbox.put(message(bytes));
    assert.deepEqual(
      (await inbox.take()).map(({ content }) => content.length),
      [400, 500],
    );
    assert.deepEqual(await inbox.take(), []);
  });

  it("takes one message of any size, and counts what is not yet acked", async () => {
    const inbox = open(1_000);
    inbox.put(message(5_000));
    const batch = await inbox.take();
    assert.equal(batch.length, 1);
    inbox.release(batch);
    inbox.put(message(900));
    assert.equal((await inbox.take()).length, 1);
    inbox.put(message(200));
    assert.deepEqual(await inbox.take(), []);
  });

  it("holds whatever comes where no limit is given", async () => {
    const inbox = open();
    for (let n = 0; n < 10; n += 1) inbox.put(message(1_000_000));
    const batches = [await inbox.take(), await inbox.take()];
    assert.equal(batches.flat().length, 10);
  });
});
