import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, it } from "node:test";
import v8 from "node:v8";
import { createFakeBus } from "../../support/fake-bus.ts";
import { type Harness, startOps, token } from "../harness.ts";

const bus = createFakeBus();
const accounts = { berlin: { phoneNumberId: "700700700700700" } };
let ops: Harness;
let socket: Socket;
before(async () => {
  const intake = { publish: bus.publish, accounts: () => accounts };
  ops = await startOps({ intake, validateResponses: false });
  await ops.ops.prepare();
  socket = connect(Number(new URL(ops.url).port), "127.0.0.1");
  await once(socket, "connect");
});
after(() => {
  socket.destroy();
  return ops.ops.close();
});

const event = JSON.stringify({ type: "business.payment.succeeded" });
const post = [
  "POST /api/events HTTP/1.1",
  "Host: waypost",
  `Authorization: Bearer ${token}`,
  "Content-Type: application/json",
  `Content-Length: ${event.length}`,
  "",
  event,
].join("\r\n");

/** On one connection, and as plain bytes: a client of this process would leave objects of its own. */
async function ask(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    socket.write(post);
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1.1 400 /);
  }
}

/** What only a whole collection frees. */
function oldBytes(): number {
  return v8
    .getHeapSpaceStatistics()
    .filter(({ space_name }) => !space_name.startsWith("new"))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

/** Of one request. */
async function left(): Promise<number> {
  const before = oldBytes();
  await ask(300);
  return (oldBytes() - before) / 300;
}

it("a request leaves next to nothing to the whole collection: what it needed dies young", async () => {
  await ask(2_000);
  // A whole collection may fall into one of them.
  const each = [await left(), await left(), await left(), await left(), await left()];
  const [, , median = Number.NaN] = each.sort((a, b) => a - b);
  assert.ok(median < 9_000, `${Math.round(median)} bytes each`);
});
