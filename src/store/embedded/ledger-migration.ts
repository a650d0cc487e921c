/**
 * An entry of the file's schema: the ledger's rows as they were kept before their declarations (`ledger-tables.ts`)
 * made the tables. `syncTables` adds what the declarations have beside this, and makes their indexes.
 */
export const ledgerMigration = `
  ALTER TABLE deliveries RENAME COLUMN event_id TO "eventId";
  ALTER TABLE deliveries RENAME COLUMN event_type TO "eventType";
  ALTER TABLE deliveries RENAME COLUMN lane_keys TO "laneKeys";
  ALTER TABLE deliveries RENAME COLUMN next_at TO "nextAt";
  ALTER TABLE deliveries RENAME COLUMN remote_id TO "remoteId";
  ALTER TABLE deliveries RENAME COLUMN created_at TO "createdAt";
  ALTER TABLE deliveries RENAME COLUMN done_at TO "doneAt";
  ALTER TABLE deliveries RENAME COLUMN expires_at TO "expireAt";
  ALTER TABLE deliveries ADD COLUMN open INTEGER;
  UPDATE deliveries SET open = 1 WHERE "doneAt" IS NULL;

  ALTER TABLE destinations RENAME TO old_destinations;
  CREATE TABLE destinations (
    id TEXT PRIMARY KEY NOT NULL,
    epoch INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    holder TEXT,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    pause TEXT,
    breaker TEXT,
    "breakerSince" TEXT,
    "lastSuccessAt" TEXT,
    "lastError" TEXT,
    "lastErrorAt" TEXT,
    repeats INTEGER,
    "prunedEpoch" INTEGER
  ) STRICT;
  INSERT INTO destinations
    SELECT name, epoch, beat, holder, seq, rev, pause, facts ->> 'breaker', facts ->> 'breakerSince',
      facts ->> 'lastSuccessAt', facts ->> 'lastError', facts ->> 'lastErrorAt',
      facts ->> 'repeats', facts ->> 'prunedEpoch'
    FROM old_destinations;
  DROP TABLE old_destinations;

  ALTER TABLE links RENAME TO old_links;
  CREATE TABLE links (
    id TEXT PRIMARY KEY NOT NULL,
    "conversationId" TEXT NOT NULL,
    link TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    "savedAt" TEXT NOT NULL,
    "expireAt" INTEGER NOT NULL
  ) STRICT;
  INSERT INTO links
    SELECT destination || ':' || conversation_id, conversation_id, link, epoch, saved_at, expires_at
    FROM old_links;
  DROP TABLE old_links;
`;
