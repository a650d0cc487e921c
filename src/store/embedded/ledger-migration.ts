/**
 * An entry of the file's schema: the ledger's rows move into the tables of `ledger-tables.ts` as those were then;
 * `syncTables` adds what came later. Rows of `roles` are not moved: they are good for a minute.
 */
export const ledgerMigration = `
  ALTER TABLE deliveries RENAME TO old_deliveries;
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    destination TEXT NOT NULL,
    eventId TEXT NOT NULL,
    eventType TEXT NOT NULL,
    route TEXT NOT NULL,
    laneKeys TEXT NOT NULL,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    open INTEGER,
    attempts INTEGER NOT NULL,
    nextAt TEXT,
    history TEXT NOT NULL,
    remoteId TEXT,
    createdAt TEXT NOT NULL,
    doneAt TEXT,
    reason TEXT,
    expireAt INTEGER
  ) STRICT;
  INSERT INTO deliveries
    SELECT id, destination, event_id, event_type, route, lane_keys, seq, epoch, state,
      CASE WHEN done_at IS NULL THEN 1 END, attempts, next_at, history, remote_id, created_at,
      done_at, reason, expires_at
    FROM old_deliveries;
  DROP TABLE old_deliveries;

  ALTER TABLE destinations RENAME TO old_destinations;
  CREATE TABLE destinations (
    id TEXT PRIMARY KEY NOT NULL,
    epoch INTEGER NOT NULL,
    heartbeat INTEGER NOT NULL,
    holder TEXT,
    seq INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    pause TEXT,
    breaker TEXT,
    breakerSince TEXT,
    lastSuccessAt TEXT,
    lastError TEXT,
    lastErrorAt TEXT,
    repeats INTEGER,
    prunedEpoch INTEGER
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
    link TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    savedAt TEXT NOT NULL
  ) STRICT;
  INSERT INTO links
    SELECT destination || ':' || conversation_id, link, epoch, saved_at FROM old_links;
  DROP TABLE old_links;

  DROP TABLE roles;
`;
