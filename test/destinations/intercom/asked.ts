import type { StubAnswer } from "../stub.ts";
import type { StubContact, Workspace } from "./workspace.ts";

export interface Held {
  token: string;
  /** Of every call but reads of who we are: the app lacks the permission. */
  forbidden: boolean;
  takesAttachments: boolean;
  searchLagMs: number;
  /** The search still finds this one, which was deleted. */
  ghost: StubContact | undefined;
}

export interface Asked {
  readonly workspace: Workspace;
  readonly held: Held;
  /** Wall time in milliseconds. */
  readonly now: number;
  readonly body: Record<string, unknown>;
  /** Of the path. */
  readonly ids: readonly string[];
}

export function problem(status: number, code: string, message: string): StubAnswer {
  const errors = [{ code, message }];
  return { status, body: JSON.stringify({ type: "error.list", request_id: null, errors }) };
}
