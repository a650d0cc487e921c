import type { Connection } from "mongoose";

/**
 * Renames what destinations were called before. To be run before the indexes are made; can be run again at
 * any time, also by two at once. Whoever holds a lease under the old names loses it: a taker that reads the
 * new ones would not see it renewed, and would take the lease of a holder that is at work.
 */
export async function migrateLedger(connection: Connection): Promise<void> {
  await connection
    .collection("destinations")
    .updateMany(
      { beat: { $exists: true } },
      { $rename: { beat: "heartbeat", rev: "revision" }, $inc: { epoch: 1 } },
    );
}
