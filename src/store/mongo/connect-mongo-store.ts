import type { Store } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import { collections, openCollections } from "../collections.ts";
import { createContactLearner } from "../contacts/contact-learner.ts";
import { createSilences } from "../conversations/silences.ts";
import { type Listing, listOldRows } from "../ledger/list-old-rows.ts";
import { createLogFigures } from "../log/log-figures.ts";
import { createQuery } from "../log/query.ts";
import { appendBatch } from "./append.ts";
import { catchUp } from "./catch-up.ts";
import { createMongoConnection } from "./connection.ts";
import { createFiguresReader } from "./figures.ts";
import { createLedgerLog } from "./ledger-log.ts";
import { createMarks } from "./marks.ts";
import { createReader } from "./reader.ts";
import { createMongoTables } from "./table.ts";
import { syncMongoIndexes } from "./table-model.ts";

const dayMs = 24 * 60 * 60 * 1000;

export interface MongoStoreOptions {
  readonly url: string;
  readonly retentionDays: number;
  readonly log: Log;
}

/**
 * The log in MongoDB 6 or later. Returns also when the server is away: each call then rejects with StoreError
 * `outage` within seconds, and works once the server is back. Events and what is projected from them go
 * `retentionDays` after they were stored or last touched.
 */
export async function connectMongoStore(options: MongoStoreOptions): Promise<Store> {
  const connection = createMongoConnection(options.url);
  const missing = await connection.health();
  if (missing !== undefined) options.log.warn("the store is not ready", { reason: missing });
  const reader = createReader(connection);
  const tables = createMongoTables(connection);
  const learner = createContactLearner();
  let listing: Listing | undefined;
  return {
    ...createQuery(reader, tables),
    ...openCollections(tables, {
      log: createLedgerLog(connection, reader),
      exclusive: false,
      learner,
      retentionMs: options.retentionDays * dayMs,
    }),
    silences: createSilences(createMarks(connection), reader),
    figures: createLogFigures(createFiguresReader(connection), reader),
    append: (batch) =>
      connection.use((models) => {
        const expireAt = new Date(Date.now() + options.retentionDays * dayMs);
        return appendBatch(models, batch, { tables, learner, expireAt });
      }),
    health: () => connection.health(),
    syncIndexes: () =>
      connection.use(async (models, native) => {
        for (const model of Object.values(models)) await model.createIndexes();
        await syncMongoIndexes(native, collections);
        await catchUp(models, tables);
        listing ??= listOldRows({ tables, log: reader, logger: options.log });
      }),
    async close() {
      await listing?.stop();
      await connection.close();
    },
  };
}
