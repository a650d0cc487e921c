/** As the first version made them. A row is open while it has no `done_at`. */
export const ledgerTables = `
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    destination TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    route TEXT NOT NULL,
    lane_keys TEXT NOT NULL,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TEXT,
    history TEXT NOT NULL,
    remote_id TEXT,
    created_at TEXT NOT NULL,
    done_at TEXT,
    reason TEXT,
    expires_at INTEGER
  ) STRICT;
  CREATE INDEX deliveries_open ON deliveries (destination, seq) WHERE done_at IS NULL;
  CREATE INDEX deliveries_dead ON deliveries (destination) WHERE state = 'dead';
  CREATE INDEX deliveries_destination ON deliveries (destination, created_at, id);
  CREATE INDEX deliveries_created ON deliveries (created_at, id);
  CREATE INDEX deliveries_event ON deliveries (event_id);
  CREATE INDEX deliveries_expiry ON deliveries (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE destinations (
    name TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL DEFAULT 0,
    beat INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    seq INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 0,
    pause TEXT,
    facts TEXT NOT NULL DEFAULT '{}'
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE links (
    destination TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    link TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (destination, conversation_id)
  ) STRICT, WITHOUT ROWID;
`;
