import type { RowOf, Tables } from "../contracts/table.ts";
import type { Replay, Replays } from "../contracts.ts";
import { checkPage } from "./log/selection.ts";
import { encodeCursor } from "./table/cursor.ts";
import { date, defineTable, flag, json, optional, text } from "./table/define-table.ts";

const keptMs = 90 * 86_400_000;

/** What was, or is being, sent again. */
export const replaysTable = defineTable({
  name: "replays",
  fields: {
    createdAt: text(),
    state: text<Replay["state"]>(),
    /** There while the state is `running`. */
    running: optional(flag()),
    /** All else. */
    body: json<Omit<Replay, "id" | "createdAt" | "state">>(),
    expireAt: date(),
  },
  indexes: [{ on: ["-createdAt", "-id"] }, { on: ["createdAt"], where: "running" }],
  expires: true,
});
type Row = RowOf<typeof replaysTable.fields>;

export function createReplays(tables: Pick<Tables, "of">): Replays {
  const replays = tables.of(replaysTable);
  return {
    async create({ id, createdAt, state, ...body }) {
      const expireAt = new Date(Date.parse(createdAt) + keptMs);
      await replays.insert([{ id, createdAt, state, running: true, body, expireAt }]);
    },
    async get(id) {
      const [row] = await replays.get([id]);
      return row && toReplay(row);
    },
    async list(page) {
      const { limit, after } = checkPage(page);
      const found = await replays.find({
        where: {},
        order: ["-createdAt", "-id"],
        ...(after && { after: { createdAt: new Date(after.at).toISOString(), id: after.id } }),
        limit: limit + 1,
        as: "list",
      });
      const items = found.slice(0, limit).map(toReplay);
      const last = found.length > limit ? items.at(-1) : undefined;
      const next = last && encodeCursor({ at: Date.parse(last.createdAt), id: last.id });
      return { items, next: next ?? null };
    },
    running: async () =>
      (await replays.find({ where: { running: true }, order: ["createdAt"] })).map(toReplay),
    async update(id, change) {
      const [row] = await replays.get([id]);
      if (row === undefined) return false;
      const { id: _id, createdAt: _createdAt, state, ...body } = { ...toReplay(row), ...change };
      const set = { state, running: state === "running" || null, body: defined(body) };
      return (await replays.advance(id, { running: true }, { set })) !== undefined;
    },
  };
}

function toReplay({ id, createdAt, state, body }: Row): Replay {
  return { ...body, id, createdAt, state };
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
