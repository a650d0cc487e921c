import type { Store } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import { openQueriedSqlite, type QueriedSqlite } from "../../support/queried-sqlite.ts";
import { collections, openCollections } from "../collections.ts";
import { createContactLearner } from "../contacts/contact-learner.ts";
import { createSilences } from "../conversations/silences.ts";
import { listOldRows } from "../ledger/list-old-rows.ts";
import { createLogFigures } from "../log/log-figures.ts";
import { createQuery } from "../log/query.ts";
import { queryLimitMs } from "../table/time-limit.ts";
import { appendBatch } from "./append.ts";
import { startExpiry } from "./expiry.ts";
import { createFiguresReader } from "./figures.ts";
import { createKnownEdges } from "./known-edges.ts";
import { createKnownTypes } from "./known-types.ts";
import { createLedgerLog } from "./ledger-log.ts";
import { createMarks } from "./marks.ts";
import { createReader } from "./reader.ts";
import { logSchema } from "./schema.ts";
import { toStoreError } from "./store-error.ts";
import { createEmbeddedTables } from "./table.ts";
import { syncTables } from "./table-schema.ts";
import { usesOf } from "./uses.ts";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The log in one SQLite file, for one process: it is locked until `close`. Same promises as over MongoDB.
 * Events and what is projected from them go `retentionDays` after they were stored or last touched.
 */
export async function openEmbeddedStore(options: {
  readonly path: string;
  readonly retentionDays: number;
  readonly log: Log;
}): Promise<Store> {
  const sqlite = await openLog(options.path, queryLimitMs);
  const uses = usesOf(sqlite);
  const types = createKnownTypes();
  const inFile = createReader(uses, types);
  const edges = createKnownEdges(inFile.aliases);
  const reader = { ...inFile, aliases: edges.of };
  const expiry = startExpiry(sqlite, options.log, edges.forgetAll);
  const tables = createEmbeddedTables(uses);
  const learner = createContactLearner();
  const listing = listOldRows({ tables, log: reader, logger: options.log });
  return {
    ...createQuery(reader, tables),
    // Its lock is the lease.
    ...openCollections(tables, {
      log: createLedgerLog(uses, reader),
      exclusive: true,
      learner,
      retentionMs: options.retentionDays * dayMs,
    }),
    silences: createSilences(createMarks(uses), reader),
    figures: createLogFigures(createFiguresReader(uses), reader),
    append: async (batch) => {
      try {
        const expiresAt = Date.now() + options.retentionDays * dayMs;
        return await appendBatch(sqlite, batch, expiresAt, { learner, edges, types });
      } catch (error) {
        throw toStoreError(error);
      }
    },
    health: () =>
      reader.stats().then(
        () => undefined,
        () => "the embedded store cannot be read",
      ),
    // The schema came with the file.
    syncIndexes: async () => undefined,
    async close() {
      await Promise.all([expiry.stop(), listing.stop()]);
      await sqlite.close();
    },
  };
}

/** The file with all its tables; the first opening by a new version brings it to that. */
export async function openLog(path: string, queryLimitMs: number): Promise<QueriedSqlite> {
  const sqlite = await openQueriedSqlite(path, { schema: logSchema, queryLimitMs });
  try {
    await sqlite.transaction((session) => syncTables(session, collections));
  } catch (error) {
    await sqlite.close();
    throw error;
  }
  return sqlite;
}
