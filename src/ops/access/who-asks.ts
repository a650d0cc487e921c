import { timingSafeEqual } from "node:crypto";
import type { Access, ApiToken } from "../../contracts.ts";
import { sha256Of } from "./secrets.ts";
import { scopes, type Viewer } from "./viewer.ts";

/** Those in `OPS_TOKENS`; no token that is made can have this name. */
const configuredName = "OPS_TOKENS";
const useNotedMs = 60_000;

/** Finds out whose secret it is. Both throw StoreError. */
export interface WhoAsks {
  byToken(sha256: string): Promise<Viewer | undefined>;
  bySession(sha256: string): Promise<Viewer | undefined>;
  /** Whether it is one of the configuration, which no store is asked for. */
  isConfigured(sha256: string): boolean;
}

/**
 * A look-up goes by the SHA-256 of what was given, so that its time tells nothing of how much of a secret was right. Those of the
 * configuration are compared in constant time, and always all of them. Nothing is cached: what is revoked ends at once.
 */
export function createWhoAsks(options: {
  readonly configured: readonly string[];
  readonly access?: Pick<Access, "tokens" | "sessions">;
}): WhoAsks {
  const { access } = options;
  const configured = options.configured.map(sha256Of);
  const noteUse = createNoteUse(access?.tokens);
  const isConfigured = (sha256: string) =>
    configured.filter((each) => isEqual(each, sha256)).length > 0;
  const byToken = async (sha256: string): Promise<Viewer | undefined> => {
    if (isConfigured(sha256))
      return { name: configuredName, scopes: new Set(scopes), token: sha256 };
    const token = await access?.tokens.withSecret(sha256);
    if (token === undefined || !isEqual(token.sha256, sha256) || isOver(token)) return undefined;
    noteUse(token);
    const { name, accounts, expiresAt } = token;
    return {
      ...{ name, scopes: new Set(token.scopes), token: sha256 },
      ...(accounts && { accounts }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
  };
  return {
    isConfigured,
    byToken,
    async bySession(id) {
      const session = await access?.sessions.find(id);
      const viewer = session && (await byToken(session.token));
      if (session === undefined || viewer === undefined) return undefined;
      const { revealed, expiresAt } = session;
      return { ...viewer, session: { id, revealed, expiresAt } };
    },
  };
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function isOver({ expiresAt }: ApiToken): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}

/** At most once a minute, and nobody waits for it. */
function createNoteUse(tokens: Access["tokens"] | undefined): (token: ApiToken) => void {
  const noted = new Map<string, number>();
  return ({ name, lastUsedAt = "" }) => {
    const now = Date.now();
    const last = Math.max(noted.get(name) ?? 0, Date.parse(lastUsedAt) || 0);
    if (now - last < useNotedMs) return;
    noted.set(name, now);
    tokens?.used(name, new Date(now).toISOString()).catch(() => undefined);
  };
}
