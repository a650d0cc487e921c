import type { Appended, BusMessage, WaypostEvent } from "../../contracts.ts";
import { isQuarantined } from "../../event/event.ts";
import type { Sqlite, SqlSession } from "../../support/sqlite.ts";
import { noteAccounts } from "../accounts.ts";
import { edgeId } from "../contacts/aliases.ts";
import { createContactLearner } from "../contacts/contact-learner.ts";
import { waitingSince } from "../conversations/last-words.ts";
import { keepLinks } from "../ledger/ledger-links.ts";
import { joinProjections, type Projected, projectAll } from "../log/projection.ts";
import { joinChanges, markOf, type RowChange, rowOf } from "../log/row-change.ts";
import type { ConversationRow } from "../log/views.ts";
import { keepQuarantined, parseQuarantined } from "../quarantine.ts";
import { noteLate } from "../series.ts";
import type { KnownEdges } from "./known-edges.ts";
import type { KnownTypes } from "./known-types.ts";
import { contactToken, messageToken, postToken, token } from "./schema.ts";
import { tablesIn } from "./table.ts";

/** What is known of the file without a look at it. */
interface Memories {
  readonly learner?: ReturnType<typeof createContactLearner>;
  readonly edges?: Pick<KnownEdges, "learn">;
  readonly types?: Pick<KnownTypes, "learn">;
}

/** Stores and projects a batch in one transaction. */
export async function appendBatch(
  sqlite: Sqlite,
  batch: readonly BusMessage[],
  expiresAt: number,
  { learner = createContactLearner(), edges, types }: Memories = {},
): Promise<Appended> {
  const events = batch.filter((item): item is WaypostEvent => !isQuarantined(item));
  const projected = await projectAll(events);
  const expireAt = new Date(expiresAt);
  const posts = batch.filter(isQuarantined).map((post) => parseQuarantined(post, expireAt));
  const joined = joinProjections(projected.map((each) => each.projection));
  const [appended, remember] = await sqlite.transaction(async (session) => {
    const appended = await writeEvents(session, projected, expiresAt);
    for (const change of joined.messages) await writeMessage(session, change, expiresAt);
    for (const change of joined.conversations) await writeConversation(session, change, expiresAt);
    for (const edge of joined.aliases) {
      await session.run(
        `INSERT INTO aliases (id, kind, from_id, to_id, at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET at = min(at, excluded.at),
           expires_at = max(expires_at, excluded.expires_at)`,
        [edgeId(edge), edge.kind, edge.from, edge.to, edge.at ?? "", expiresAt],
      );
    }
    const tables = tablesIn(session);
    await noteAccounts(tables, joined.accounts);
    await keepLinks(tables, joined.touched, expiresAt);
    await keepQuarantined(tables, posts);
    await noteLate(tables, projected, Date.now());
    return [appended, await learner.learn(tables, joined.contacts)];
  });
  remember();
  edges?.learn(joined.aliases);
  types?.learn(events.map(({ type }) => type));
  return appended;
}

async function writeEvents(
  session: SqlSession,
  projected: readonly Projected[],
  expiresAt: number,
): Promise<Appended> {
  const last = await session.get<{ seq: number }>("SELECT max(seq) AS seq FROM events");
  const stored: string[] = [];
  let [seq, replaced] = [last?.seq ?? 0, 0];
  for (const each of projected) {
    if (await insertEvent(session, each, seq + 1, expiresAt)) {
      seq += 1;
      stored.push(each.event.id);
    } else if (await replaceOlder(session, each)) replaced += 1;
  }
  return { stored, duplicates: projected.length - stored.length, replaced };
}

async function insertEvent(
  session: SqlSession,
  { event, projection }: Projected,
  seq: number,
  expiresAt: number,
): Promise<boolean> {
  const { index } = projection;
  const changes = await session.run(
    `INSERT INTO events (seq, id, type, dataversion, received_at, conversation_id,
       phone_number_id, waba_id, expires_at, stored_at, body, breakdown)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    [
      seq,
      event.id,
      event.type,
      event.dataversion ?? 1,
      index.receivedAt,
      index.conversationId ?? null,
      index.phoneNumberId ?? null,
      index.wabaId ?? null,
      expiresAt,
      Date.now(),
      JSON.stringify(event),
      index.breakdown ?? null,
    ],
  );
  if (changes === 0) return false;
  await writeIndex(session, projection, seq);
  return true;
}

/** A better parser's event takes the place of the one it was made from. */
async function replaceOlder(
  session: SqlSession,
  { event, projection }: Projected,
): Promise<boolean> {
  const version = event.dataversion ?? 1;
  const kept = await session.get<{ seq: number; dataversion: number }>(
    "SELECT seq, dataversion FROM events WHERE id = ?",
    [event.id],
  );
  if (kept === undefined || kept.dataversion >= version) return false;
  const { index } = projection;
  await session.run(
    `UPDATE events SET type = ?, dataversion = ?, received_at = ?, conversation_id = ?,
       phone_number_id = ?, waba_id = ?, body = ?, breakdown = ? WHERE seq = ?`,
    [
      event.type,
      version,
      index.receivedAt,
      index.conversationId ?? null,
      index.phoneNumberId ?? null,
      index.wabaId ?? null,
      JSON.stringify(event),
      index.breakdown ?? null,
      kept.seq,
    ],
  );
  await session.run("DELETE FROM event_keys WHERE seq = ?", [kept.seq]);
  await session.run("DELETE FROM event_words WHERE rowid = ?", [kept.seq]);
  await writeIndex(session, projection, kept.seq);
  return true;
}

async function writeIndex(
  session: SqlSession,
  { index }: Projected["projection"],
  seq: number,
): Promise<void> {
  const keys = new Set([
    ...index.contactKeys.map(contactToken),
    ...index.messageIds.map(messageToken),
    ...(index.postId === undefined ? [] : [postToken(index.postId)]),
  ]);
  for (const key of keys) {
    await session.run("INSERT INTO event_keys (key, seq) VALUES (?, ?)", [key, seq]);
  }
  const words = index.words.map(token).join(" ");
  if (words !== "") {
    await session.run("INSERT INTO event_words (rowid, words) VALUES (?, ?)", [seq, words]);
  }
}

async function writeMessage(
  session: SqlSession,
  change: RowChange,
  expiresAt: number,
): Promise<void> {
  const known = await session.get<{ facts: string }>("SELECT facts FROM messages WHERE id = ?", [
    change.id,
  ]);
  await session.run(
    `INSERT INTO messages (id, facts, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET facts = excluded.facts,
       expires_at = max(expires_at, excluded.expires_at)`,
    [change.id, joinedJson(known, change), expiresAt],
  );
}

async function writeConversation(
  session: SqlSession,
  change: RowChange,
  expiresAt: number,
): Promise<void> {
  const known = await session.get<{ facts: string }>(
    "SELECT facts FROM conversations WHERE id = ?",
    [change.id],
  );
  const joined = known === undefined ? change : joinChanges(JSON.parse(known.facts), change);
  const row = rowOf<ConversationRow>(joined);
  await session.run(
    `INSERT INTO conversations
       (id, facts, last_received_at, last_inbound_at, waiting_since, closed_at, phone_number_id,
        waba_id, expires_at, open_since)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET facts = excluded.facts,
       last_received_at = excluded.last_received_at, last_inbound_at = excluded.last_inbound_at,
       waiting_since = excluded.waiting_since, closed_at = excluded.closed_at,
       phone_number_id = coalesce(excluded.phone_number_id, phone_number_id),
       waba_id = coalesce(excluded.waba_id, waba_id),
       expires_at = max(expires_at, excluded.expires_at),
       open_since = coalesce(max(open_since, excluded.open_since), open_since, excluded.open_since)`,
    [
      change.id,
      JSON.stringify(joined),
      Date.parse(row.lastReceivedAt),
      row.lastInboundAt ?? null,
      waitingSince(row) ?? null,
      row.closedAt ?? null,
      (change.max["phoneNumberId"] as string | undefined) ?? null,
      (change.max["wabaId"] as string | undefined) ?? null,
      expiresAt,
      markOf(change) ?? null,
    ],
  );
}

function joinedJson(known: { readonly facts: string } | undefined, change: RowChange): string {
  return JSON.stringify(
    known === undefined ? change : joinChanges(JSON.parse(known.facts), change),
  );
}
