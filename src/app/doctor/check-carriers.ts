import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { type DoctorFinding, StoreError } from "../../contracts.ts";
import { openEmbeddedStore } from "../../store/embedded/open-embedded-store.ts";
import type { MongoFindings } from "../../store/mongo/inspect-mongo.ts";
import { createLog } from "../../support/log.ts";
import { SqliteInUseError } from "../../support/sqlite.ts";
import { storeQueue } from "../plan.ts";
import { bad, good } from "./check.ts";
import { clockFinding } from "./check-clock.ts";

/** RabbitMQ, or the folder of the embedded bus. Declares the store's queue, which every Waypost has. */
export async function checkBroker(config: Config): Promise<DoctorFinding[]> {
  const { rabbitmqUrl, dataDir } = config;
  if (rabbitmqUrl === undefined) return [await checkFolder(dataDir)];
  try {
    const { inspectRabbit } = await import("../../bus/rabbitmq/inspect-rabbit.ts");
    const { version, otherShards } = await inspectRabbit(rabbitmqUrl, [storeQueue(config)]);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major < 3 || (major === 3 && minor < 10)) {
      const found = `RabbitMQ ${version} is too old`;
      return [bad("broker", "server_too_old", found, "Upgrade it to 3.10 or later.")];
    }
    const server = good("broker", `RabbitMQ ${version}; it lets Waypost declare what it needs`);
    if (otherShards === undefined) return [server];
    const found = `the store lies in queues for STORE_SHARDS=${otherShards}, here it is ${config.storeShards}`;
    const remedy =
      "Give all roles the same number; `waypost work` moves the queues when it starts.";
    return [server, bad("broker", "shards_differ", found, remedy)];
  } catch (error) {
    const found = error instanceof Error ? error.message : "RabbitMQ does not answer";
    return [
      bad("broker", "bus_not_ready", found, "See whether it runs and RABBITMQ_URL is right."),
    ];
  }
}

async function checkFolder(dataDir: string): Promise<DoctorFinding> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
    return good("broker", `the embedded bus, in ${dataDir}`);
  } catch {
    const remedy = "Let the user that runs Waypost write there, or set DATA_DIR.";
    return bad("broker", "bus_not_ready", `${dataDir} cannot be written`, remedy);
  }
}

/** MongoDB, or the file of the embedded store; `in use` when a running Waypost has it. */
export async function checkStore(config: Config): Promise<DoctorFinding[] | "in use"> {
  return config.mongodbUrl === undefined ? checkFile(config) : checkMongo(config.mongodbUrl);
}

async function checkMongo(url: string): Promise<DoctorFinding[]> {
  try {
    const { inspectMongo } = await import("../../store/mongo/inspect-mongo.ts");
    return mongoChecks(await inspectMongo(url));
  } catch (error) {
    const found =
      error instanceof StoreError ? error.message : "MONGODB_URL is not one of MongoDB's";
    const remedy =
      "See whether it runs, MONGODB_URL is right and its user may read and write the database.";
    return [bad("store", "store_not_ready", found, remedy)];
  }
}

function mongoChecks({ version, missingIndexes, aheadMs }: MongoFindings): DoctorFinding[] {
  const old = Number.parseInt(version, 10) < 6 ? " (made for 6 and later)" : "";
  const server = good("store", `MongoDB ${version}${old}`);
  const clock = clockFinding("MongoDB", aheadMs);
  if (missingIndexes.length === 0) return [server, clock, good("store", "all indexes are there")];
  const where = missingIndexes.map(({ collection, count }) => `${collection} (${count})`);
  const found = `indexes are missing: ${where.join(", ")}`;
  return [
    server,
    clock,
    bad("store", "indexes_missing", found, "They are made when `waypost work` or `start` starts."),
  ];
}

async function checkFile({ dataDir, retentionDays }: Config): Promise<DoctorFinding[] | "in use"> {
  const path = join(dataDir, "store.db");
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return [good("store", `the embedded store; made in ${dataDir} at the first start`)];
  const { close, ...log } = createLog({ level: "error" });
  try {
    const store = await openEmbeddedStore({ path, retentionDays, log });
    const { events } = await store.stats();
    await store.close();
    return [good("store", `the embedded store, ${events} events`)];
  } catch (error) {
    if (error instanceof SqliteInUseError) return "in use";
    const found = `${path} cannot be opened`;
    const remedy = "See whether this user may read it and its disk has room.";
    return [bad("store", "store_not_ready", found, remedy)];
  } finally {
    await close();
  }
}
