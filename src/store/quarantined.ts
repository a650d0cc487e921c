import { type QuarantinedPost, StoreError } from "../contracts.ts";
import { idOf } from "./event-index.ts";

/** A quarantined POST as the stores keep it. */
export interface Quarantined {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly postId: string;
  readonly problems: readonly Problem[];
  readonly bytes: Buffer;
}
interface Problem {
  readonly path: string;
  readonly reason: string;
}

const maxProblems = 100;

/** Throws StoreError `refused` when it lacks its id or its time. */
export function parseQuarantined(post: QuarantinedPost): Quarantined {
  const id = idOf(post.id);
  const receivedAt = Date.parse(post.time);
  if (id === undefined || Number.isNaN(receivedAt) || typeof post.data_base64 !== "string") {
    throw new StoreError("refused", "a quarantined POST without id, time or bytes");
  }
  return {
    id,
    receivedAt,
    postId: idOf(post.postid) ?? "",
    problems: parseProblems(post.problems),
    bytes: Buffer.from(post.data_base64, "base64"),
  };
}

function parseProblems(json: string): Problem[] {
  try {
    const all: unknown = JSON.parse(json);
    if (!Array.isArray(all)) return [];
    return all.slice(0, maxProblems).map((problem: Partial<Problem> | null) => ({
      path: String(problem?.path ?? ""),
      reason: String(problem?.reason ?? ""),
    }));
  } catch {
    return [];
  }
}
