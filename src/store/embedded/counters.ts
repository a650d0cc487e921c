export const slotMs = 600_000;

const addType = `INSERT INTO recent_types VALUES (new.type, new.received_at / ${slotMs}, 1)
  ON CONFLICT (type, slot) DO UPDATE SET n = n + 1;`;
const takeType = `UPDATE recent_types SET n = n - 1
  WHERE type = old.type AND slot = old.received_at / ${slotMs};`;

/**
 * What `stats` tells without counting rows: kept by triggers, so that whoever writes cannot forget. Types
 * are counted in slots of ten minutes; those older than a day are forgotten with what expires.
 */
export const counters = `
  CREATE TABLE counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  ${["events", "messages", "conversations", "quarantine"].map(counterOf).join("\n")}

  CREATE TABLE recent_types (
    type TEXT NOT NULL, slot INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (type, slot)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO recent_types SELECT type, received_at / ${slotMs}, count(*)
    FROM events INDEXED BY events_type
    WHERE received_at >= (unixepoch() - 86400) * 1000 GROUP BY 1, 2;
  CREATE TRIGGER events_type_added AFTER INSERT ON events BEGIN ${addType} END;
  CREATE TRIGGER events_type_gone AFTER DELETE ON events BEGIN ${takeType} END;
  CREATE TRIGGER events_type_changed AFTER UPDATE OF type, received_at ON events BEGIN
    ${takeType} ${addType}
  END;
`;

function counterOf(table: string): string {
  return `INSERT INTO counts SELECT '${table}', count(*) FROM ${table};
    CREATE TRIGGER ${table}_added AFTER INSERT ON ${table} BEGIN
      UPDATE counts SET n = n + 1 WHERE name = '${table}'; END;
    CREATE TRIGGER ${table}_gone AFTER DELETE ON ${table} BEGIN
      UPDATE counts SET n = n - 1 WHERE name = '${table}'; END;`;
}
