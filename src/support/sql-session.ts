import { isTurnOver, nextTurn } from "./loop-turn.ts";

/** What a parameter may be. libsql aborts the process on some others (booleans, dates, plain objects). */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** Rows come with numbers (exact up to 2^53), text, bytes and null. */
export type SqlRow = Readonly<Record<string, string | number | Uint8Array | null>>;

/** Statements inside one `transaction` or `read`; refused once it has ended. Texts are prepared once. */
export interface SqlSession {
  /** Answers with the number of rows changed. */
  run(sql: string, params?: readonly SqlValue[]): Promise<number>;
  /** The first row. Cheaper than `all`, which makes a round trip to another thread. */
  get<R extends SqlRow = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<R | undefined>;
  all<R extends SqlRow = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<R[]>;
  /** Runs SQL without parameters on another thread: for deletes over ranges, vacuum, checkpoints. */
  exec(sql: string): Promise<void>;
}

/** The parts of libsql's untyped classes that are used. */
export interface NativeDatabase {
  readonly inTransaction?: boolean;
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<NativeStatement>;
  /** Ends the statement that runs on another thread, if there is one. */
  interrupt(): void;
  close(): void;
}
interface NativeRow extends Record<string, unknown> {
  _metadata?: unknown;
}
interface NativeStatement {
  run(params: readonly SqlValue[]): { readonly changes: number };
  get(params: readonly SqlValue[]): NativeRow | undefined;
  all(params: readonly SqlValue[]): Promise<NativeRow[]>;
}

/** Statements kept prepared of each way; texts built from filters are many. */
const maxPrepared = 128;

/** Runs `work` with a session that ends with it. */
export async function inSession<T>(
  native: NativeDatabase,
  prepared: StatementCache,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  let ended = false;
  const turn = async () => {
    if (isTurnOver()) await nextTurn();
    if (ended) throw new Error("the transaction has ended");
  };
  const prepare = async (way: "run" | "all", sql: string) => {
    const found = await prepared.make(way, sql);
    await turn();
    return found;
  };
  // Nothing is awaited for a text that is prepared while there is time: thousands of rows are bound one by one.
  const statement = (way: "run" | "all", sql: string) => {
    const found = prepared.known(way, sql);
    return found !== undefined && !ended && !isTurnOver() ? found : prepare(way, sql);
  };
  const session: SqlSession = {
    async run(sql, params = []) {
      const found = statement("run", sql);
      return (found instanceof Promise ? await found : found).run(bind(params)).changes;
    },
    async get<R extends SqlRow>(sql: string, params: readonly SqlValue[] = []) {
      const found = statement("run", sql);
      const row = (found instanceof Promise ? await found : found).get(bind(params));
      return row === undefined ? undefined : (plain(row) as R);
    },
    async all<R extends SqlRow>(sql: string, params: readonly SqlValue[] = []) {
      const rows = await (await statement("all", sql)).all(bind(params));
      return rows.map((row) => plain(row) as R);
    },
    async exec(sql) {
      await turn();
      await native.exec(sql);
    },
  };
  try {
    return await work(session);
  } finally {
    ended = true;
  }
}

/** Bytes arrive as Buffer from `get` and as ArrayBuffer from `all`; `get` adds a property of its own. */
function plain(row: NativeRow): unknown {
  delete row._metadata;
  for (const name in row) {
    const value = row[name];
    if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
  }
  return row;
}

/** Texts prepared once. A statement on which `all` ran gives old rows to `get`: each way has statements of its own. */
export interface StatementCache {
  known(way: "run" | "all", sql: string): NativeStatement | undefined;
  make(way: "run" | "all", sql: string): Promise<NativeStatement>;
}

export function createStatementCache(native: NativeDatabase): StatementCache {
  const statements = { run: new Map<string, NativeStatement>(), all: new Map() };
  const known: StatementCache["known"] = (way, sql) => statements[way].get(sql);
  return {
    known,
    async make(way, sql) {
      const found = known(way, sql);
      if (found !== undefined) return found;
      const statement = await native.prepare(sql);
      const kept = statements[way];
      const oldest = kept.size < maxPrepared ? undefined : kept.keys().next().value;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(sql, statement);
      return statement;
    },
  };
}

const int64 = 2n ** 63n;

/** The only way to a parameter. */
function bind(params: readonly SqlValue[]): SqlValue[] {
  if (!Array.isArray(params)) throw new TypeError("SQL parameters must be an array");
  return params.map((value: unknown) => {
    // libsql makes a REAL of every number.
    if (Number.isSafeInteger(value)) return BigInt(value as number);
    if (isBindable(value)) return value;
    throw new TypeError(`cannot bind a ${typeof value} of this kind to SQL`);
  });
}

function isBindable(value: unknown): value is SqlValue {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "bigint") return value >= -int64 && value < int64;
  // Text is read back only up to the first NUL.
  if (typeof value === "string") return !value.includes("\0");
  return value === null || value instanceof Uint8Array;
}
