import type { Accounts, ConnectedAccount, ConnectedApp, ConnectedToken } from "../contracts.ts";
import type { GraphError } from "./graph-error.ts";

/** What is wanted at Meta, and what is known here. */
export interface Wanted {
  readonly appId?: string | undefined;
  /** One of them may be the app's. */
  readonly appSecrets: readonly string[];
  readonly accessToken?: string | undefined;
  /** Of waypost.yaml: their numbers are meant to send here. */
  readonly accounts: Accounts;
  readonly callback?: string | undefined;
  readonly fields: readonly string[];
}

/** What Graph is asked with. */
export interface ConnectionOptions extends Wanted {
  /** With the version; no slash at the end. */
  readonly graphUrl: string;
  /** WhatsApp Business Accounts to look at, beside those of waypost.yaml and those that the token was made for. */
  readonly wabaIds: readonly string[];
  /** With it, the callback is tried from here as well. */
  readonly verifyToken?: string | undefined;
  readonly signal: AbortSignal;
}

/** What Graph told, and where it did not. */
export interface GraphAnswers {
  readonly app?: ConnectedApp;
  readonly appFailure?: GraphError;
  readonly token?: ConnectedToken;
  readonly tokenFailure?: GraphError;
  readonly accounts: readonly ConnectedAccount[];
  readonly refused: readonly { readonly id: string; readonly error: GraphError }[];
  /** What is wrong with the callback, tried from here. */
  readonly tried?: string;
}
