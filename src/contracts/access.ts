/** Who may ask and act, and what they did. Secrets are known by their SHA-256 alone, in hexadecimal digits. */
import type { Page, PageRequest } from "./log.ts";
import type { Views } from "./views.ts";

/**
 * What a token may do: `read` all but what people wrote and who they are, which is `content`; `publish` events; `operate` (retry,
 * replay, pause, give up); `privacy` (export and erase a person); `admin` (tokens, audit, the configuration shown).
 */
export const scopes = ["read", "content", "publish", "operate", "privacy", "admin"] as const;
export type Scope = (typeof scopes)[number];

export interface ApiToken {
  readonly name: string;
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** Phone number ids: nothing of any other is seen. Absent: all. */
  readonly accounts?: readonly string[];
  readonly createdAt: string;
  /** Name of the token that made it. */
  readonly createdBy: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
}

export interface Tokens {
  /** False: the name is taken. */
  create(token: ApiToken): Promise<boolean>;
  /** Whose secret it is, also when it has expired. */
  withSecret(sha256: string): Promise<ApiToken | undefined>;
  /** By name; those that have expired too. */
  list(): Promise<ApiToken[]>;
  /** For good. False: there is none of the name. */
  revoke(name: string): Promise<boolean>;
  /** Never goes back. */
  used(name: string, at: string): Promise<void>;
}

/** Of the console: by the SHA-256 of what its cookie holds. */
interface Session {
  readonly sha256: string;
  /** SHA-256 of the token that it was begun with: what that may, it may, and no longer. */
  readonly token: string;
  /** Sees contents without asking for each. */
  readonly revealed: boolean;
  readonly expiresAt: string;
}

/** A code that begins one session. */
export type LoginCode = Omit<Session, "revealed">;

export interface Sessions {
  begin(session: Session): Promise<void>;
  /** Undefined when it is over. */
  find(sha256: string): Promise<Session | undefined>;
  end(sha256: string): Promise<void>;
  offer(code: LoginCode): Promise<void>;
  /** Answers once, unless its time is over. */
  redeem(sha256: string): Promise<LoginCode | undefined>;
}

/** One read of content, or one act. Holds no text of anybody, and people only as `ctc_…`. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  /** The token's name. */
  readonly who: string;
  /** By the console's cookie. */
  readonly session?: true;
  /** The operation of openapi.yaml. */
  readonly action: string;
  /** What was asked for, or of what it was. */
  readonly filter?: AuditFilter;
  readonly count?: number;
  /** `cut`: the connection ended before the answer; `begun`: of an act, how it ended is not known yet, or never will be. */
  readonly result: "done" | "refused" | "failed" | "cut" | "begun";
  /** Why contents were shown, in the words of who asked. */
  readonly reason?: string;
}
export type AuditFilter = Readonly<Record<string, string | number | boolean | readonly string[]>>;

interface AuditQuestion {
  readonly who?: string;
  readonly action?: string;
  /** ISO times: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
}

/** Kept for 400 days. */
export interface Audit {
  /** Repeatable. Of two with the same id the later stays. */
  record(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(question: AuditQuestion, page: PageRequest): Promise<Page<AuditEntry>>;
}

export interface Access {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly views: Views;
}
