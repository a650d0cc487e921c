import type { RowOf, Tables } from "../contracts/table.ts";
import { type QuarantinedPost, type QuarantineEntry, StoreError } from "../contracts.ts";
import { idOf } from "./log/event-index.ts";
import type { CheckedFilter, CheckedPage } from "./log/selection.ts";
import { bytes, date, defineTable, json, optional, text } from "./table/define-table.ts";

/** POSTs of which something could not be understood, and events that the log can never take, as they came. */
export const quarantineTable = defineTable({
  name: "quarantine",
  fields: {
    receivedAt: date(),
    postId: text(),
    problems: json<QuarantineEntry["problems"]>(),
    bytes: bytes(),
    expireAt: date(),
    source: optional(text()),
  },
  indexes: [{ on: ["-receivedAt", "-id"], counted: true }],
  expires: true,
});
type Quarantined = RowOf<typeof quarantineTable.fields>;

const maxProblems = 100;

/** Throws StoreError `refused` when it lacks its id or its time. */
export function parseQuarantined(post: QuarantinedPost, expireAt: Date): Quarantined {
  const id = idOf(post.id);
  const receivedAt = new Date(post.time);
  if (
    id === undefined ||
    Number.isNaN(receivedAt.getTime()) ||
    typeof post.data_base64 !== "string"
  ) {
    throw new StoreError("refused", "a quarantined POST without id, time or bytes");
  }
  return {
    id,
    receivedAt,
    postId: idOf(post.postid) ?? "",
    problems: parseProblems(post.problems),
    bytes: Buffer.from(post.data_base64, "base64"),
    expireAt,
    ...(isHook(post.source) && { source: post.source }),
  };
}

/** Everything else is Meta's. */
function isHook(source: unknown): boolean {
  return typeof source === "string" && /^\/hooks\/[\w-]{1,64}$/.test(source);
}

function parseProblems(problems: string): QuarantineEntry["problems"] {
  try {
    const all: unknown = JSON.parse(problems);
    if (!Array.isArray(all)) return [];
    return all.slice(0, maxProblems).map((problem: Record<string, unknown> | null) => ({
      path: String(problem?.["path"] ?? ""),
      reason: String(problem?.["reason"] ?? ""),
    }));
  } catch {
    return [];
  }
}

/** What is there stays as it came first, and lives on. */
export async function keepQuarantined(
  tables: Pick<Tables, "of">,
  posts: readonly Quarantined[],
): Promise<void> {
  const first = new Map(posts.toReversed().map((post) => [post.id, post]));
  const rows = [...first.values()].map(({ id, expireAt, ...create }) => ({
    id,
    create,
    max: { expireAt },
  }));
  if (rows.length > 0) await tables.of(quarantineTable).upsert(rows);
}

export interface Quarantine {
  /** Newest first. */
  list(
    range: Pick<CheckedFilter, "from" | "to">,
    page: CheckedPage,
  ): Promise<readonly QuarantineEntry[]>;
  entry(id: string): Promise<QuarantineEntry | undefined>;
  /** How many POSTs were received from then on. */
  since(from: Date): Promise<number>;
  close(id: string): Promise<void>;
  /** Which of these ids are there; their bytes are not read. */
  among(ids: readonly string[]): Promise<readonly string[]>;
}

export function createQuarantine(tables: Pick<Tables, "of">): Quarantine {
  const posts = tables.of(quarantineTable);
  return {
    async list({ from, to }, { limit, after }) {
      const receivedAt = {
        ...(from !== undefined && { atLeast: new Date(from) }),
        ...(to !== undefined && { below: new Date(to) }),
      };
      const found = await posts.find({
        where: { receivedAt },
        order: ["-receivedAt", "-id"],
        ...(after && { after: { receivedAt: new Date(after.at), id: after.id } }),
        limit,
        as: "list",
      });
      return found.map(entryOf);
    },
    async entry(id) {
      const [found] = await posts.get([id]);
      return found && entryOf(found);
    },
    since: (from) => posts.count({ receivedAt: { atLeast: from } }),
    close: (id) => posts.remove([id]),
    async among(ids) {
      // Mostly none is, which one count tells.
      if (ids.length === 0 || (await posts.count({ id: { in: ids } })) === 0) return [];
      const counts = await Promise.all(ids.map((id) => posts.count({ id })));
      return ids.filter((_, at) => counts[at] === 1);
    },
  };
}

function entryOf({
  id,
  receivedAt,
  postId,
  problems,
  bytes,
  source,
}: Quarantined): QuarantineEntry {
  return {
    id,
    receivedAt: receivedAt.toISOString(),
    postId,
    ...(source !== undefined && { source }),
    bytes: bytes.byteLength,
    problems,
    dataBase64: Buffer.from(bytes).toString("base64"),
  };
}
