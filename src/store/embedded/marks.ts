import type { Mark, Marks } from "../conversations/silences.ts";
import type { Uses } from "./uses.ts";

/** A column of the conversation, empty when it is settled: its index holds the others alone. */
export function createMarks({ read, change }: Pick<Uses, "read" | "change">): Marks {
  return {
    between: ({ after, to }, limit) =>
      read((session) =>
        session.all<Mark & { [column: string]: string }>(
          `SELECT id, open_since AS openSince FROM conversations
           WHERE open_since > ? AND open_since <= ? ORDER BY open_since LIMIT ?`,
          [after, to, limit],
        ),
      ),
    clear: (marks) =>
      change(async (session) => {
        for (const { id, openSince } of marks) {
          await session.run(
            "UPDATE conversations SET open_since = NULL WHERE id = ? AND open_since = ?",
            [id, openSince],
          );
        }
      }),
  };
}
