import type { Response } from "express";
import { type Scope, scopes } from "../../contracts.ts";
import { createNote } from "../http/note.ts";

export { type Scope, scopes };

/** Who asks. */
export interface Viewer {
  /** Of the token. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Phone number ids: nothing of any other is seen. Absent: all. */
  readonly accounts?: readonly string[];
  /** From then on it is nobody. */
  readonly expiresAt?: string;
  /** SHA-256 of the token's secret. */
  readonly token: string;
  /** Of the console: asks by its cookie. */
  readonly session?: {
    /** SHA-256 of what the cookie holds. */
    readonly id: string;
    /** Sees contents without asking for each. */
    readonly revealed: boolean;
    readonly expiresAt: string;
  };
}

const viewers = createNote<Response, Viewer>("viewer");

/** Said once, by whoever has found out who asks. */
export function setViewer(response: Response, viewer: Viewer): void {
  viewers.set(response, viewer);
}

/** Undefined where nobody has to say who they are, or has not said so yet. */
export function anyViewerOf(response: Response): Viewer | undefined {
  return viewers.get(response);
}

/** Throws where nobody has found out: such an answer must not be given. */
export function viewerOf(response: Response): Viewer {
  const viewer = viewers.get(response);
  if (viewer === undefined) throw new Error("nobody has found out who asks");
  return viewer;
}
