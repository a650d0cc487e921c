import type { Response } from "express";

/**
 * What a token may do: `read` all but what people wrote and who they are, which is `content`; `publish` events; `operate` (retry,
 * replay, pause, give up); `privacy` (export and erase a person); `admin` (tokens, audit, the configuration shown).
 */
export const scopes = ["read", "content", "publish", "operate", "privacy", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** Who asks. */
export interface Viewer {
  /** Of the token. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Phone number ids: nothing of any other is seen. Absent: all. */
  readonly accounts?: readonly string[];
  /** Of the console: asks by its cookie. */
  readonly session?: {
    readonly id: string;
    /** Sees contents without asking for each. */
    readonly revealed: boolean;
    readonly expiresAt: string;
  };
}

const viewers = new WeakMap<Response, Viewer>();

/** Said once, by whoever has found out who asks. */
export function setViewer(response: Response, viewer: Viewer): void {
  viewers.set(response, viewer);
}

/** Throws where nobody has found out: such an answer must not be given. */
export function viewerOf(response: Response): Viewer {
  const viewer = viewers.get(response);
  if (viewer === undefined) throw new Error("nobody has found out who asks");
  return viewer;
}
