import type { RequestHandler } from "express";
import type { Access, Contacts, EventQuery } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import type { IntakeParts } from "../intake-routes.ts";
import { createAuditing } from "./audit.ts";
import { createAuditQueue } from "./audit-queue.ts";
import type { Resolve } from "./audited-filter.ts";
import { type Authentication, createAuthentication } from "./authenticate.ts";
import { createWhoAsks, type WhoAsks } from "./who-asks.ts";

export interface AccessParts {
  readonly access: Access;
  /** NODE_ENV is `production`. */
  readonly production: boolean;
  readonly query: EventQuery;
  readonly contacts: Pick<Contacts, "find">;
  readonly intake: Pick<IntakeParts, "accounts">;
}

/** Who asks, and what is recorded of it. */
export interface ApiAccess {
  readonly whoAsks: WhoAsks;
  readonly authentication: Authentication;
  readonly auditing: RequestHandler;
  settle(): Promise<void>;
}

export function createAccess(
  {
    tokens,
    log,
    metrics,
  }: { readonly tokens: readonly string[]; readonly log: Log; readonly metrics: Metrics },
  { access, query, contacts }: AccessParts,
): ApiAccess {
  const whoAsks = createWhoAsks({ configured: tokens, access });
  const queue = createAuditQueue({ record: access.audit.record, log, metrics });
  return {
    whoAsks,
    authentication: createAuthentication(whoAsks),
    auditing: createAuditing({ queue, resolve: resolverOf(query, contacts) }),
    settle: () => queue.close(),
  };
}

function resolverOf(query: EventQuery, contacts: Pick<Contacts, "find">): Resolve {
  const contact = async (text: string) => (await contacts.find(text))?.id;
  return {
    contact,
    async conversation(id) {
      const found = await query.conversation(id);
      const { userId, waId } = found?.contact ?? {};
      const who = userId ?? waId;
      return who === undefined ? undefined : contact(who);
    },
  };
}
