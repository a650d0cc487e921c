import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { compare, type Ledger, sendLoad } from "./oracle.ts";
import { createProgram, type Program } from "./program.ts";

const clean = { lost: [], doubled: [], unexpected: [] };
const missing = [needsOwnRabbit().skip, needsMongo(true).skip].find((reason) => reason !== false);

describe("roles apart on RabbitMQ and MongoDB, under load", { skip: missing ?? false }, () => {
  let folder: string;
  let rabbit: Rabbit;
  let mongo: Mongo;
  let receivers: Program[];
  let worker: Program;
  let ops: Program;
  /** Over all tests: the log remembers. */
  const attempted = new Set<string>();

  const program = async (role: string, name: string) => {
    const dataDir = join(folder, name);
    await mkdir(dataDir);
    return createProgram([role], {
      DATA_DIR: dataDir,
      RABBITMQ_URL: rabbit.url,
      MONGODB_URL: mongo.url,
    });
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-servers-"));
    [rabbit, mongo] = await Promise.all([startRabbit(), startMongo({ own: true, file: true })]);
    receivers = [await program("receive", "a"), await program("receive", "b")];
    worker = await program("work", "w");
    ops = await program("ops", "o");
    await Promise.all([...receivers, worker, ops].map((each) => each.start()));
  });
  after(async () => {
    await Promise.all([...receivers, worker, ops].map((each) => each.kill()));
    await Promise.all([rabbit.cleanup(), mongo.cleanup()]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends to both receivers at once, and meanwhile does `fault`. */
  const underLoad = async (seconds: number, fault: () => Promise<unknown>): Promise<Ledger> => {
    const loading = sendLoad(
      receivers.map((each) => each.webhookUrl),
      { rate: 80, seconds, attempted },
    );
    await sleep(1_000); // the fault falls into running traffic
    await fault();
    const ledger = { ...(await loading), attempted };
    assert.ok(ledger.acknowledged.size > 200, `too little: ${ledger.acknowledged.size}`);
    return ledger;
  };
  /** What the roles and the broker said goes into the report of a failure. */
  const holdsAll = async (ledger: Ledger, withinMs?: number) => {
    const found = await compare(ops.opsUrl, ledger, withinMs);
    if (found.lost.length > 0) {
      console.error(
        await rabbit.erl(
          "[rabbit_amqqueue:info(Queue, [name, messages, consumers]) || Queue <- rabbit_amqqueue:list()]",
        ),
      );
      for (const each of [worker, ops, ...receivers]) console.error(each.output().slice(-4_000));
    }
    assert.deepEqual(found, clean);
  };
  const onlyOks = ({ codes }: Ledger) => assert.deepEqual(Object.keys(codes), ["200"]);

  it("receivers and worker killed: nothing acknowledged is lost, nothing doubled", async () => {
    const ledger = await underLoad(8, async () => {
      for (const victim of [receivers[0], worker, receivers[1], worker]) {
        await victim?.kill();
        await victim?.start();
      }
    });
    await holdsAll(ledger);
  });

  it("broker killed and back: the 200s go on through the spool", async () => {
    const ledger = await underLoad(8, async () => {
      await rabbit.kill();
      await sleep(1_500); // how long it stays away
      await rabbit.start();
    });
    onlyOks(ledger);
    await holdsAll(ledger);
  });

  it("broker frozen: the 200s go on through the spool", async () => {
    const ledger = await underLoad(6, async () => {
      rabbit.freeze();
      await sleep(3_000); // how long it is frozen
      rabbit.thaw();
    });
    onlyOks(ledger);
    await holdsAll(ledger);
  });

  it("broker blocks publishers: the 200s go on through the spool", async () => {
    const ledger = await underLoad(6, async () => {
      await rabbit.allowMemory(0.000001);
      await sleep(2_000); // how long it blocks
      await rabbit.allowMemory(0.4);
    });
    onlyOks(ledger);
    await holdsAll(ledger);
  });

  it("store stopped and restarted: RabbitMQ holds what comes meanwhile", async () => {
    const ledger = await underLoad(5, async () => {
      await mongo.stop();
      await sleep(1_500); // how long it stays away
      await mongo.start();
    });
    onlyOks(ledger);
    await holdsAll(ledger, 150_000);
  });
});
