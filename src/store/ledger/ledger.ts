import type { Tables } from "../../contracts/table.ts";
import type { Ledger, WaypostEvent } from "../../contracts.ts";
import { quarantineIdOf } from "../../event/quarantined-post.ts";
import { resolveAliases } from "../contacts/aliases.ts";
import { contactEdges } from "../contacts/contact-person.ts";
import { beside, type EventReader } from "../log/events-of.ts";
import type { Reader } from "../log/reader.ts";
import { createQuarantine } from "../quarantine.ts";
import { createClaims } from "./ledger-claims.ts";
import { createControl } from "./ledger-control.ts";
import { createLeases } from "./ledger-leases.ts";
import { createLinks, keepLinks } from "./ledger-links.ts";
import { createList } from "./ledger-list.ts";
import { createRows } from "./ledger-rows.ts";
import { deliveriesTable } from "./ledger-tables.ts";

/** What the ledger asks of the log beside it. */
export interface LedgerLog extends EventReader, Pick<Reader, "eventsById"> {
  /** Of those events that are stored. */
  conversationsOf(eventIds: readonly string[]): Promise<readonly string[]>;
  /** These events do not expire before `until`. */
  keep(eventIds: readonly string[], until: Date): Promise<void>;
}

export interface LedgerOptions {
  readonly log: LedgerLog;
  readonly exclusive: boolean;
  readonly retentionMs: number;
}

const chunk = 1_000;

/** The deliveries and who may work on them, in tables. Rows that are done go after `retentionMs`. */
export function createLedger(tables: Tables, options: LedgerOptions): Ledger {
  const { log, exclusive, retentionMs } = options;
  const quarantine = createQuarantine(tables);
  const aliases: Ledger["aliases"] = (ids, learnt) => resolveAliases(ids, log.aliases, learnt);
  return {
    exclusive,
    ...createLeases(tables),
    ...createRows(tables, retentionMs),
    ...createControl(tables, retentionMs),
    ...createClaims(tables),
    ...createLinks(tables, aliases, retentionMs),
    ...createList(tables, { ...log, ...beside(tables) }),
    aliases,
    contactAliases: (keys, learnt) => resolveAliases(keys, contactEdges(tables), learnt),
    async bodies(ids) {
      const bodies = new Map<string, WaypostEvent | "quarantined">(await log.eventsById(ids));
      const missing = ids.filter((id) => !bodies.has(id));
      const lying = new Set(await quarantine.among(missing.map(quarantineIdOf)));
      for (const id of missing) if (lying.has(quarantineIdOf(id))) bodies.set(id, "quarantined");
      const lacking = missing.filter((id) => !bodies.has(id));
      if (lacking.length === 0) return bodies;
      const where = { eventId: { in: lacking }, body: { absent: false } };
      for (const { eventId, body } of await tables.of(deliveriesTable).find({ where })) {
        if (body !== undefined) bodies.set(eventId, JSON.parse(body));
      }
      return bodies;
    },
    async keepBodies(ids, until) {
      for (let at = 0; at < ids.length; at += chunk) {
        const some = ids.slice(at, at + chunk);
        // First the links: whoever finds an event kept need not look for them.
        // What is remembered of an event without a conversation is kept under the event.
        const about = [...(await log.conversationsOf(some)), ...some];
        await keepLinks(tables, about, until.getTime());
        await log.keep(some, until);
      }
    },
  };
}
