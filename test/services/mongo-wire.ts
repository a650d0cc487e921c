import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { mongo } from "mongoose";

/** What a client sends to MongoDB, read off the wire. */
export interface MongoWire {
  /** The URL of the server, through here. */
  through(url: string): string;
  /** Every command so far, without the documents it carries apart. */
  readonly commands: readonly mongo.Document[];
  close(): Promise<void>;
}

const headerBytes = 16;
const opMsg = 2013;
const writes = new Set(["insert", "update", "delete", "findAndModify", "bulkWrite"]);

export async function watchMongo(server: string): Promise<MongoWire> {
  const { hostname, port } = new URL(server);
  const commands: mongo.Document[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const remote = connect(Number(port || 27_017), hostname);
    for (const [from, to] of [
      [client, remote],
      [remote, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.once("close", () => sockets.delete(from));
      from.pipe(to);
    }
    client.on(
      "data",
      createParser((command) => commands.push(command)),
    );
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    commands,
    through(url) {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${address.port}`;
      changed.searchParams.set("directConnection", "true");
      return changed.href;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}

/** Every write asked for an answer from a majority's journal; all kinds of `expected` were among them. */
export function assertMajority(wire: MongoWire, expected: readonly string[]): void {
  const seen = wire.commands.filter((command) => writes.has(nameOf(command)));
  assert.deepEqual([...new Set(seen.map(nameOf))].sort(), [...expected].sort());
  for (const command of seen) {
    const { w, j } = command["writeConcern"] ?? {};
    const what = `${nameOf(command)} into ${command[nameOf(command)]}`;
    assert.deepEqual([what, w, j], [what, "majority", true]);
  }
}

function nameOf(command: mongo.Document): string {
  return Object.keys(command)[0] ?? "";
}

/** Takes the client's bytes as they come; tells the body of each message. */
function createParser(onCommand: (command: mongo.Document) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes && rest.length >= rest.readInt32LE(0)) {
      const message = rest.subarray(0, rest.readInt32LE(0));
      rest = rest.subarray(message.length);
      if (message.readInt32LE(12) === opMsg) onCommand(bodyOf(message));
    }
  };
}

/** After the flags come sections: the body is of kind 0, documents apart are of kind 1. */
function bodyOf(message: Buffer): mongo.Document {
  let at = headerBytes + 4;
  while (message[at] === 1) at += 1 + message.readInt32LE(at + 1);
  assert.equal(message[at], 0);
  const size = message.readInt32LE(at + 1);
  return mongo.BSON.deserialize(message.subarray(at + 1, at + 1 + size));
}
