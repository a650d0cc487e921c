import {
  inSession,
  type NativeDatabase,
  type SqlSession,
  type StatementCache,
} from "./sql-session.ts";

type Work<T> = (session: SqlSession) => Promise<T>;

/** The works of one connection: one at a time, in the order of the calls. */
export interface Turns {
  /** Resolves when its commit, which it shares with those that waited with it, is on disk. */
  transaction<T>(work: Work<T>): Promise<T>;
  /** Sees what is committed. */
  read<T>(work: Work<T>): Promise<T>;
}

interface Waiting {
  readonly kind: "transaction" | "read";
  readonly work: Work<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The first of those who share a commit waits no longer than this for another to begin. */
const maxSharedMs = 10;

export function createTurns(native: NativeDatabase, prepared: StatementCache): Turns {
  const waiting: Waiting[] = [];
  let running = false;
  const more = () => (waiting[0]?.kind === "transaction" ? waiting.splice(0, 1) : []);
  const run = async () => {
    // Those who call in the same tick go together.
    await undefined;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (next.kind === "transaction") await commitTogether(native, prepared, next, more);
      else await inSession(native, prepared, next.work).then(next.resolve, next.reject);
    }
    running = false;
  };
  const add =
    (kind: Waiting["kind"]) =>
    <T>(work: Work<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        waiting.push({ kind, work, resolve: resolve as Waiting["resolve"], reject });
        if (running) return;
        running = true;
        void run();
      });
  return { transaction: add("transaction"), read: add("read") };
}

/** Nobody is told before all is over: who is told may close the database. */
async function commitTogether(
  native: NativeDatabase,
  prepared: StatementCache,
  first: Waiting,
  more: () => Waiting[],
): Promise<void> {
  const sharing = [first];
  const tell: (() => void)[] = [];
  try {
    // Left over when a rollback failed too, for want of disk.
    if (native.inTransaction) await native.exec("ROLLBACK");
    // It writes nothing yet, so it need not wait for another thread.
    (await prepared.make("run", "BEGIN IMMEDIATE")).run([]);
    const latest = performance.now() + maxSharedMs;
    for (const one of sharing) {
      // The first is undone with the transaction: by then it is alone in it.
      tell.push(
        await (one === first
          ? toTell(native, prepared, one)
          : withinSavepoint(native, prepared, one)),
      );
      if (performance.now() < latest) sharing.push(...more());
    }
    await native.exec("COMMIT");
  } catch (error) {
    if (native.inTransaction) await native.exec("ROLLBACK").catch(() => undefined);
    for (const { reject } of sharing) reject(error);
    return;
  }
  for (const each of tell) each();
}

async function toTell(
  native: NativeDatabase,
  prepared: StatementCache,
  { work, resolve }: Waiting,
): Promise<() => void> {
  const value = await inSession(native, prepared, work);
  return () => resolve(value);
}

/** What throws is undone alone. Throws itself where SQLite has undone all of the transaction, as after a full disk. */
async function withinSavepoint(
  native: NativeDatabase,
  prepared: StatementCache,
  waiting: Waiting,
): Promise<() => void> {
  const statement = async (sql: string) => (await prepared.make("run", sql)).run([]);
  await statement("SAVEPOINT work");
  try {
    const tell = await toTell(native, prepared, waiting);
    await statement("RELEASE work");
    return tell;
  } catch (error) {
    if (!native.inTransaction) throw error;
    await statement("ROLLBACK TO work");
    await statement("RELEASE work");
    return () => waiting.reject(error);
  }
}
