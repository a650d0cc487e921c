import { counters } from "./counters.ts";
import { ledgerMigration } from "./ledger-migration.ts";
import { ledgerTables } from "./ledger-tables.ts";
import { questionIndexes } from "./question-indexes.ts";
import { conversationWords } from "./words-migration.ts";

/**
 * The tables of the log, one entry per version; those of the collections follow their declarations now. Projections are kept as JSON of their facts; `seq` is the
 * order of storing. Words are ASCII (see `token`), so that the tokenizer has no say in what a word is.
 */
export const logSchema: readonly string[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    dataversion INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    conversation_id TEXT,
    phone_number_id TEXT,
    waba_id TEXT,
    expires_at INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_received ON events (received_at, id);
  CREATE INDEX events_type ON events (type, received_at, id);
  CREATE INDEX events_conversation ON events (conversation_id, received_at, id);
  CREATE INDEX events_phone_number ON events (phone_number_id, received_at, id);
  CREATE INDEX events_waba ON events (waba_id, received_at, id);
  CREATE INDEX events_expiry ON events (expires_at);

  CREATE TABLE event_keys (
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (key, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX event_keys_seq ON event_keys (seq);

  CREATE VIRTUAL TABLE event_words USING fts5 (
    words, content='', contentless_delete=1, detail=none, tokenize='ascii'
  );

  CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    facts TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX messages_expiry ON messages (expires_at);

  CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    facts TEXT NOT NULL,
    last_received_at INTEGER NOT NULL,
    phone_number_id TEXT,
    waba_id TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX conversations_last ON conversations (last_received_at, id);
  CREATE INDEX conversations_expiry ON conversations (expires_at);

  CREATE TABLE aliases (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    from_id TEXT NOT NULL,
    to_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX aliases_from ON aliases (from_id);
  CREATE INDEX aliases_to ON aliases (to_id);
  CREATE INDEX aliases_expiry ON aliases (expires_at);

  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    last_event_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE quarantine (
    id TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL,
    post_id TEXT NOT NULL,
    problems TEXT NOT NULL,
    bytes BLOB NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX quarantine_received ON quarantine (received_at, id);
  CREATE INDEX quarantine_expiry ON quarantine (expires_at);
  `,
  ledgerTables,
  `CREATE TABLE roles (id TEXT PRIMARY KEY, seen_at TEXT NOT NULL, process TEXT NOT NULL)
    STRICT, WITHOUT ROWID;`,
  // Of before, nothing but "earlier than all that comes" is known.
  "ALTER TABLE aliases ADD COLUMN at TEXT NOT NULL DEFAULT ''",
  // Those of before outlive what is known of their conversations by a week, as later ones do.
  `
  ALTER TABLE links ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
  UPDATE links SET expires_at = 7 * 24 * 60 * 60 * 1000 + coalesce(
    (SELECT expires_at FROM conversations WHERE id = conversation_id), unixepoch() * 1000);
  CREATE INDEX links_conversation ON links (conversation_id);
  CREATE INDEX links_expiry ON links (expires_at);
  `,
  counters,
  `
  CREATE INDEX conversations_phone_number ON conversations (phone_number_id, last_received_at, id);
  CREATE INDEX conversations_waba ON conversations (waba_id, last_received_at, id);
  CREATE INDEX deliveries_state ON deliveries (destination, state, created_at, id);
  DROP INDEX deliveries_destination;
  DROP INDEX deliveries_dead;
  `,
  // Which processes run is kept in a table of its own declaration; what was known of them is old by now.
  "DROP TABLE roles",
  "ALTER TABLE deliveries ADD COLUMN unknown INTEGER",
  ledgerMigration,
  // As their declarations name them, which make their indexes now.
  `
  ALTER TABLE accounts RENAME COLUMN last_event_at TO "lastEventAt";
  ALTER TABLE quarantine RENAME COLUMN received_at TO "receivedAt";
  ALTER TABLE quarantine RENAME COLUMN post_id TO "postId";
  ALTER TABLE quarantine RENAME COLUMN expires_at TO "expireAt";
  `,
  // Of conversations of before it is not known until their next message.
  `
  ALTER TABLE conversations ADD COLUMN open_since TEXT;
  CREATE INDEX conversations_open ON conversations (open_since) WHERE open_since IS NOT NULL;
  `,
  conversationWords,
  // When events of before were stored is not known.
  "ALTER TABLE events ADD COLUMN stored_at INTEGER",
  // By what a destination calls its side: all that stands in a link.
  `
  ALTER TABLE links ADD COLUMN remote TEXT;
  UPDATE links SET remote = (SELECT json_group_array(value) FROM json_each(link));
  `,
  // Of events of before no more than their type is counted. Messages are found by when our side sent them.
  `
  ALTER TABLE events ADD COLUMN breakdown TEXT;
  ALTER TABLE messages ADD COLUMN sent_at TEXT AS (json_extract(facts, '$.min.sentAt')) VIRTUAL;
  CREATE INDEX messages_sent ON messages (sent_at, id) WHERE sent_at IS NOT NULL;
  `,
  questionIndexes,
];

/** A word as the full-text index holds it: ASCII as it is, all else by its bytes. */
export function token(word: string): string {
  return /^[a-z0-9]+$/.test(word) ? word : `x${Buffer.from(word, "utf8").toString("hex")}`;
}

export function contactToken(key: string): string {
  return `contact ${key}`;
}

export function postToken(id: string): string {
  return `post ${id}`;
}

export function messageToken(id: string): string {
  return `message ${id}`;
}
