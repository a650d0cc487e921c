import {
  type BusMessage,
  type Contacts,
  type Ledger,
  StoreError,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { aliasEdges, personEdges } from "../../src/event/alias-edges.ts";
import { isQuarantined } from "../../src/event/event.ts";
import { personKeyOf } from "../../src/event/person.ts";
import { createContactLearner } from "../../src/store/contacts/contact-learner.ts";
import { createContacts } from "../../src/store/contacts/contacts.ts";
import { eventContact } from "../../src/store/contacts/event-contact.ts";
import { createLedger } from "../../src/store/ledger/ledger.ts";
import { keepLinks } from "../../src/store/ledger/ledger-links.ts";
import { type DeliveryRow, deliveriesTable } from "../../src/store/ledger/ledger-tables.ts";
import { payloadTime } from "../../src/store/log/projection.ts";
import { keepQuarantined, parseQuarantined } from "../../src/store/quarantine.ts";
import { createMemoryTables, type MemoryTables } from "../support/memory-tables.ts";
import { createMemoryLog } from "./memory-log.ts";

const retentionMs = 30 * 24 * 60 * 60 * 1_000;

export interface MemoryLedger extends Ledger {
  /** The log: where bodies and aliases come from. Stored at that moment, now unless told. */
  append(items: readonly BusMessage[], at?: number): void;
  /** Takes away the events and rows that have expired by then. */
  expire(at: number): void;
  /** The store is away: every call rejects. */
  down: boolean;
  /** Learnt from what is appended. */
  readonly contacts: Contacts;
  readonly rows: Map<string, DeliveryRow>;
  /** Methods that reject. */
  readonly failing: Set<keyof Ledger>;
  /** What `keepBodies` was told. */
  readonly kept: { readonly eventIds: readonly string[]; readonly until: Date }[];
  /** Calls of `write`, and the changes in them. */
  readonly writes: { calls: number; changes: number };
}

/** The ledger for tests with a fake clock, in memory. */
export function createMemoryLedger(
  exclusive = true,
  tables: MemoryTables = createMemoryTables(),
): MemoryLedger {
  const log = createMemoryLog();
  const plain = createLedger(tables, { log, exclusive, retentionMs });
  const learner = createContactLearner();
  const ledger: MemoryLedger = {
    ...plain,
    contacts: createContacts(tables, { learner, aliases: plain.aliases }),
    down: false,
    rows: tables.rowsOf(deliveriesTable) as Map<string, DeliveryRow>,
    failing: new Set(),
    kept: [],
    writes: { calls: 0, changes: 0 },
    append(added, at = Date.now()) {
      for (const item of added) log.add(item, at + retentionMs);
      const events = added.filter((item): item is WaypostEvent => !isQuarantined(item));
      const touched = events.flatMap((event) => [
        ...(event.data.conversationId === undefined ? [] : [event.data.conversationId]),
        ...[...aliasEdges(event), ...personEdges(event)].flatMap(({ from, to }) => [from, to]),
        ...[personKeyOf(event) ?? []].flat(),
      ]);
      void learner.learn(
        tables,
        events.map((event) => eventContact(event, payloadTime(event))),
      );
      // In memory it is done at once.
      void keepLinks(tables, touched, at + retentionMs);
      const expireAt = new Date(at + retentionMs);
      const posts = added.filter(isQuarantined).map((post) => parseQuarantined(post, expireAt));
      void keepQuarantined(tables, posts);
    },
    expire(at) {
      log.expire(at);
      return tables.expire(at);
    },
    write(epoch, changes) {
      ledger.writes.calls += 1;
      ledger.writes.changes += changes.length;
      return plain.write(epoch, changes);
    },
    keepBodies(eventIds, until) {
      ledger.kept.push({ eventIds, until });
      return plain.keepBodies(eventIds, until);
    },
  };
  return new Proxy(ledger, {
    get(target, key, receiver) {
      const value = Reflect.get(target, key, receiver);
      if (typeof value !== "function" || key === "append") return value;
      return async (...args: unknown[]) => {
        if (ledger.down || ledger.failing.has(key as keyof Ledger))
          throw new StoreError("outage", "the ledger is away");
        return value(...args);
      };
    },
  });
}
