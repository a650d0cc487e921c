import type { StubAnswer } from "../stub.ts";
import type { Desk } from "./desk.ts";

export interface Held {
  key: string;
  /** The agent whose key it is may not write. */
  forbidden: boolean;
  takesFiles: boolean;
  /** How late the search shows a new contact. */
  searchLagMs: number;
  /** As it does for some minutes. */
  searchFindsDeleted: boolean;
  /** No two contacts may have one mobile phone. */
  uniquePhones: boolean;
  /** A ticket field that the account wants. */
  wanted: string | undefined;
  /** What fields take, of tickets and contacts, where that is not any text. */
  choices: Readonly<Record<string, readonly unknown[]>>;
}

interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly additional_info?: object;
}

export interface Asked {
  readonly desk: Desk;
  readonly held: Held;
  readonly now: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Names of uploaded files. */
  readonly files: readonly string[];
  readonly ids: readonly number[];
  readonly query: URLSearchParams;
}

export function problem(status: number, code: string, message = ""): StubAnswer {
  return { status, body: JSON.stringify({ code, message }) };
}

export function invalid(status: number, ...wrong: readonly FieldError[]): StubAnswer {
  const errors = wrong.map((error) => ({ ...error, message: "It should be otherwise" }));
  return { status, body: JSON.stringify({ description: "Validation failed", errors }) };
}

export const ok = (body: object, status = 200): StubAnswer => ({
  status,
  body: JSON.stringify(body),
});
/** Freshdesk answers so, without a body. */
export const missing: StubAnswer = { status: 404, body: "" };
