import {
  type Carried,
  type Delivery,
  type DestinationLease,
  type Ledger,
  StoreError,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { aliasEdges } from "../../src/event/alias-edges.ts";
import { isQuarantined } from "../../src/event/event.ts";
import { quarantineIdOf } from "../../src/event/quarantined-post.ts";
import { resolveAliases } from "../../src/store/aliases.ts";
import { encodeCursor, parseCursor } from "../../src/store/cursor.ts";
import { linksGo } from "../../src/store/link-life.ts";

type Row = { -readonly [K in keyof Delivery]: Delivery[K] } & {
  epoch: number;
  body?: WaypostEvent;
};

interface MemoryLink {
  readonly link: Readonly<Record<string, string>>;
  readonly epoch: number;
  readonly conversationId: string;
  readonly expiresAt: number;
}

const retentionMs = 30 * 24 * 60 * 60 * 1_000;

export interface MemoryLedger extends Ledger {
  /** The log: where bodies and aliases come from. Stored at that moment, now unless told. */
  append(items: readonly Carried[], at?: number): void;
  /** Takes away the events and links that have expired by then. */
  expire(at: number): void;
  /** The store is away: every call rejects. */
  down: boolean;
  readonly rows: Map<string, Row>;
  /** Methods that reject. */
  readonly failing: Set<keyof Ledger>;
  /** What `keepBodies` was told. */
  readonly kept: { readonly eventIds: readonly string[]; readonly until: Date }[];
  /** Calls of `write`, and the changes in them. */
  readonly writes: { calls: number; changes: number };
}

/** A ledger for tests with a fake clock; it passes the conformance suite like the real ones. */
export function createMemoryLedger(exclusive = true): MemoryLedger {
  const leases = new Map<string, DestinationLease>();
  const rows = new Map<string, Row>();
  const links = new Map<string, MemoryLink>();
  const log = new Map<string, Carried>();
  const expiresAt = new Map<string, number>();
  const isOpen = ({ state }: Row) => state === "open" || state === "sending";
  const lease = (name: string) => {
    const found = leases.get(name) ?? { name, epoch: 0, beat: 0, seq: 0, rev: 0 };
    leases.set(name, found);
    return found;
  };
  const change = (name: string, changed: Partial<DestinationLease>, epoch?: number) => {
    const found = lease(name);
    if (epoch !== undefined && found.epoch !== epoch) return undefined;
    const merged = Object.entries({ ...found, ...changed }).filter(([, v]) => v !== undefined);
    const next = Object.fromEntries(merged) as unknown as DestinationLease;
    leases.set(name, next);
    return next;
  };
  const found = (name: string, pick: (row: Row) => boolean) =>
    [...rows.values()]
      .filter((row) => row.destination === name && isOpen(row) && pick(row))
      .sort((a, b) => a.seq - b.seq);
  const plain = ({ epoch: _, body: __, ...row }: Row): Delivery => structuredClone(row);
  const edges = () =>
    [...log.values()].flatMap((item) => (isQuarantined(item) ? [] : aliasEdges(item)));
  const aliases: Ledger["aliases"] = (ids, learnt) =>
    resolveAliases(
      ids,
      async (asked) => edges().filter(({ from, to }) => asked.includes(from) || asked.includes(to)),
      learnt,
    );
  const keepLinks = (conversationIds: readonly string[], eventsGo: number) => {
    for (const [id, link] of links) {
      if (!conversationIds.includes(link.conversationId)) continue;
      const expiresAt = Math.max(link.expiresAt, linksGo(eventsGo).at);
      links.set(id, { ...link, expiresAt });
    }
  };
  const ledger: MemoryLedger = {
    exclusive,
    down: false,
    rows,
    failing: new Set(),
    kept: [],
    writes: { calls: 0, changes: 0 },
    append(items, at = Date.now()) {
      for (const item of items) {
        log.set(item.id, item);
        expiresAt.set(item.id, at + retentionMs);
      }
      const events = items.filter((item): item is WaypostEvent => !isQuarantined(item));
      const touched = events.flatMap((event) => [
        ...(event.data.conversationId === undefined ? [] : [event.data.conversationId]),
        ...aliasEdges(event).flatMap(({ from, to }) => [from, to]),
      ]);
      keepLinks(touched, at + retentionMs);
    },
    expire(at) {
      for (const [id, gone] of expiresAt) if (gone <= at) log.delete(id);
      for (const [id, { expiresAt }] of links) if (expiresAt <= at) links.delete(id);
    },
    destination: async (name) => lease(name),
    destinations: async () =>
      [...leases.values()].map((row) => {
        const open = found(row.name, () => true);
        const all = [...rows.values()].filter(({ destination }) => destination === row.name);
        const dead = all.filter(({ state }) => state === "dead").length;
        const [oldest] = open;
        return {
          ...row,
          open: open.length,
          dead,
          ...(oldest && { oldestOpenAt: oldest.createdAt }),
        };
      }),
    async takeLease(name, { epoch, beat }, holder) {
      const { beat: now } = lease(name);
      if (now !== beat) return undefined;
      return change(name, { epoch: epoch + 1, beat: beat + 1, holder }, epoch);
    },
    renewLease: async (name, epoch) => change(name, { beat: lease(name).beat + 1 }, epoch),
    releaseLease: async (name, epoch) => {
      const beat = lease(name).beat + 1;
      change(name, { beat, holder: undefined } as never, epoch);
    },
    async allot(name, epoch, count) {
      const { seq } = lease(name);
      return change(name, { seq: seq + count }, epoch) && seq + 1;
    },
    async insert(fresh, epoch) {
      const existing = [];
      for (const row of fresh) {
        const known = rows.get(row.id);
        if (known !== undefined) existing.push({ id: known.id, state: known.state });
        else {
          const { reason, createdAt } = row;
          const dead = reason === undefined ? {} : ({ state: "dead", doneAt: createdAt } as const);
          rows.set(row.id, { ...row, state: "open", attempts: 0, history: [], epoch, ...dead });
        }
      }
      return existing;
    },
    async takeOver(name, epoch) {
      const open = found(name, () => true);
      for (const row of open) row.epoch = epoch;
    },
    async openRows(name, epoch, which) {
      const ours = found(name, (row) => row.epoch === epoch);
      if ("seqs" in which) return ours.filter(({ seq }) => which.seqs.includes(seq)).map(plain);
      const { after = Number.NEGATIVE_INFINITY, limit } = which;
      return ours
        .filter(({ seq }) => seq > after)
        .slice(0, limit)
        .map(plain);
    },
    async takeMore(name, epoch, ids) {
      const open = found(name, (row) => row.epoch !== epoch || ids.includes(row.id));
      for (const row of open) row.epoch = epoch;
      return open.map(plain);
    },
    async write(epoch, changes) {
      ledger.writes.calls += 1;
      ledger.writes.changes += changes.length;
      let matched = 0;
      for (const { nextAt, unknown, ...changed } of changes) {
        const row = rows.get(changed.id);
        if (row?.epoch !== epoch) continue;
        matched += 1;
        Object.assign(row, changed, typeof nextAt === "string" && { nextAt });
        if (nextAt === null) delete row.nextAt;
        if (unknown === true) row.unknown = true;
        if (unknown === false) delete row.unknown;
      }
      return matched;
    },
    async bodies(ids) {
      const bodies = new Map<string, WaypostEvent | "quarantined">();
      const kept = new Map(
        [...rows.values()].flatMap((row) => (row.body ? [[row.eventId, row.body]] : [])),
      );
      for (const id of ids) {
        const item = log.get(id);
        if (item !== undefined && !isQuarantined(item)) bodies.set(id, item);
        else if (kept.has(id)) bodies.set(id, kept.get(id) ?? "quarantined");
        else if (log.has(quarantineIdOf(id))) bodies.set(id, "quarantined");
      }
      return bodies;
    },
    keepBodies: async (eventIds, until) => {
      ledger.kept.push({ eventIds, until });
      for (const id of eventIds) {
        expiresAt.set(id, Math.max(expiresAt.get(id) ?? 0, until.getTime()));
      }
      const events = eventIds.flatMap((id) => log.get(id) ?? []);
      const kept = events.flatMap((item) => (isQuarantined(item) ? [] : item));
      keepLinks(
        kept.flatMap(({ data }) => data.conversationId ?? []),
        until.getTime(),
      );
    },
    aliases,
    async link(name, conversationId) {
      const ids = (await aliases([conversationId]))(conversationId);
      return ids.flatMap((id) => links.get(`${name}:${id}`) ?? [])[0]?.link;
    },
    async saveLink(name, conversationId, link, epoch) {
      const id = `${name}:${conversationId}`;
      if ((links.get(id)?.epoch ?? 0) > epoch) return false;
      const expiresAt = linksGo(Date.now() + retentionMs).at;
      links.set(id, { link, epoch, conversationId, expiresAt });
      return true;
    },
    note: async (name, epoch, facts) => void change(name, facts as never, epoch),
    async setPause(name, pause) {
      change(name, { pause, rev: lease(name).rev + 1 } as never);
    },
    async reopen(id, { again = false } = {}) {
      const row = rows.get(id);
      if (row === undefined || (row.state === "delivered" && !again)) return false;
      const { seq, rev } = lease(row.destination);
      change(row.destination, { seq: seq + 1, rev: rev + 1 });
      if (isOpen(row)) return true;
      for (const key of ["nextAt", "doneAt", "reason"] as const) delete row[key];
      if (row.state === "delivered") delete row.unknown;
      Object.assign(row, { state: "open", seq: seq + 1, attempts: 0, epoch: 0 });
      return true;
    },
    async giveUp(id, reason, { idle = false } = {}) {
      const row = rows.get(id);
      if (row === undefined || !isOpen(row)) return false;
      if (idle && row.state === "sending" && row.nextAt === undefined) return false;
      delete row.nextAt;
      if (row.state === "sending") row.unknown = true;
      Object.assign(row, { state: "dead", epoch: -1, reason, doneAt: new Date().toISOString() });
      change(row.destination, { rev: lease(row.destination).rev + 1 });
      return true;
    },
    givenUp: async (name) =>
      [...rows.values()]
        .filter((row) => row.destination === name && row.state === "dead" && row.epoch === -1)
        .map(({ id }) => id),
    async delivery(id) {
      const row = rows.get(id);
      return row && plain(row);
    },
    async deliveries(filter, { limit, cursor }) {
      const after = cursor === undefined ? undefined : parseCursor(cursor);
      const key = ({ createdAt, id }: Row) => `${createdAt} ${id}`;
      const all = [...rows.values()]
        .filter(
          (row) =>
            (filter.destination ?? row.destination) === row.destination &&
            (filter.state ?? row.state) === row.state &&
            (filter.event ?? row.eventId) === row.eventId &&
            (!after || key(row) < `${new Date(after.at).toISOString()} ${after.id}`),
        )
        .sort((a, b) => (key(a) < key(b) ? 1 : -1));
      const items = all.slice(0, limit).map(plain);
      const last = all.length > limit ? items.at(-1) : undefined;
      const next = last && encodeCursor({ at: Date.parse(last.createdAt), id: last.id });
      return { items, next: next ?? null };
    },
    deliveriesOf: async (eventId) =>
      [...rows.values()]
        .filter((row) => row.eventId === eventId)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(plain),
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
