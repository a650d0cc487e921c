import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { StoreError } from "../../../src/contracts.ts";
import {
  createMongoConnection,
  type MongoConnection,
} from "../../../src/store/mongo/connection.ts";
import { type Mongo, needsMongo, startMongo } from "../../services/mongo.ts";
import { waitFor } from "../../support/wait-for.ts";

/** The part of the driver that writes, as it is in the package that mongoose uses. */
interface DriverConnection {
  readonly id: number | "<monitor>";
  readonly socket: Socket;
  writeCommand(this: DriverConnection, ...args: unknown[]): Promise<void>;
}
const ofMongoose = createRequire(createRequire(import.meta.url).resolve("mongoose"));
const driver = ofMongoose("mongodb/lib/cmap/connection.js").Connection
  .prototype as DriverConnection;

describe("a command that the driver loses", needsMongo(), () => {
  let server: Mongo;
  let connection: MongoConnection;
  const write = driver.writeCommand;
  /** The next command of such a connection loses its socket, a moment before it is written or after. */
  const loseNext = (of: (id: DriverConnection["id"]) => boolean, moment: "before" | "after") => {
    const lost = { count: 0 };
    driver.writeCommand = async function (...args) {
      const chosen = lost.count === 0 && of(this.id);
      if (chosen) lost.count += 1;
      if (chosen && moment === "before") this.socket.destroy();
      await write.apply(this, args);
      if (chosen) this.socket.destroy();
    };
    return lost;
  };
  const ping = () => connection.use((_models, { db }) => db?.command({ ping: 1 }) ?? assert.fail());

  before(async () => {
    server = await startMongo();
    connection = createMongoConnection(server.url, { useMs: 1_500, clientMs: 500 });
    await ping();
  });
  after(async () => {
    driver.writeCommand = write;
    await connection.close();
    await server.cleanup();
  });

  it("ends as an outage, and the next one works", async () => {
    const lost = loseNext((id) => id !== "<monitor>", "before");
    await assert.rejects(
      ping(),
      (error: unknown) =>
        error instanceof StoreError &&
        error.verdict === "outage" &&
        /did not answer within 1.5 s/.test(error.message),
    );
    assert.equal(lost.count, 1);
    await ping();
  });

  it("was the driver's own heartbeat: a new client finds the server again", async () => {
    const heartbeat = loseNext((id) => id === "<monitor>", "before");
    await waitFor("the heartbeat is lost", () => heartbeat.count === 1);
    // The driver now takes the server for unknown, until its next heartbeat, which never comes.
    loseNext((id) => id !== "<monitor>", "after");
    await assert.rejects(ping(), StoreError);
    const found = () => ping().then(Boolean, () => false);
    await waitFor("the server is found again", found);
  });
});
