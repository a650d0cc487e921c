import { nextTurn } from "./loop-turn.ts";
import type { Sqlite, SqlSession } from "./sqlite.ts";

/** A part of a transaction. `next` is a copy of the state, which becomes the state at the commit. */
export type Change<S> = (sql: SqlSession, next: S) => Promise<void>;

export interface GroupCommit<S> {
  /** As of the last commit. */
  state(): Readonly<S>;
  /** Resolves when the change is on disk; rejects, with all that shared its transaction, when nothing of them is. */
  commit(change: Change<S>): Promise<void>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
}

interface Waiting<S> {
  readonly change: Change<S>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One writer: it takes all changes that wait when its turn has come, in their order, then `finish`, in
 * one transaction with one fsync, and answers all.
 */
export function createGroupCommit<S extends object>(
  db: Sqlite,
  initial: S,
  finish: Change<S>,
): GroupCommit<S> {
  let state = initial;
  let waiting: Waiting<S>[] = [];
  let writing: Promise<void> | undefined;
  const take = () => {
    const group = waiting;
    waiting = [];
    return group;
  };
  const writeGroup = async () => {
    let group: Waiting<S>[] = [];
    try {
      state = await db.transaction(async (sql) => {
        group = take();
        const next = { ...state };
        for (const { change } of group) await change(sql, next);
        await finish(sql, next);
        return next;
      });
      for (const { resolve } of group) resolve();
    } catch (error) {
      // Without a group, the transaction could not even begin.
      for (const { reject } of group.length > 0 ? group : take()) reject(error);
    }
  };
  const write = async () => {
    while (waiting.length > 0) {
      // What this turn still reads goes together.
      await nextTurn();
      await writeGroup();
    }
    writing = undefined;
  };
  return {
    state: () => state,
    commit: (change) =>
      new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject });
        writing ??= write();
      }),
    idle: async () => writing,
  };
}
