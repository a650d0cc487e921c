import type { Tables } from "../contracts/table.ts";
import { accountsTable } from "./accounts.ts";
import { auditTable, createAudit } from "./audit.ts";
import type { ContactLearner } from "./contacts/contact-learner.ts";
import { contactSpecs } from "./contacts/contact-tables.ts";
import { createContacts } from "./contacts/contacts.ts";
import { createInstallation, installationTable } from "./installation.ts";
import { createJobRows, jobsTable } from "./jobs.ts";
import { createLedger, type LedgerOptions } from "./ledger/ledger.ts";
import { ledgerSpecs } from "./ledger/ledger-tables.ts";
import { markPauses } from "./ledger/pause-marks.ts";
import { createMediaRows, mediaTable } from "./media.ts";
import { createProcessRegistry } from "./processes.ts";
import { createQuarantine, quarantineTable } from "./quarantine.ts";
import { createReplays, replaysTable } from "./replays.ts";
import { createViews, viewsTable } from "./saved-views.ts";
import { createSeries, seriesSpecs } from "./series.ts";
import { createSessions, sessionsTable } from "./sessions.ts";
import { createTokens, tokensTable } from "./tokens.ts";

/** Every record type that is declared once: both stores make these tables, indexes and expiries. */
export const collections = [
  ...ledgerSpecs,
  jobsTable,
  quarantineTable,
  replaysTable,
  installationTable,
  accountsTable,
  mediaTable,
  tokensTable,
  sessionsTable,
  auditTable,
  viewsTable,
  ...seriesSpecs,
  ...contactSpecs,
];

/** What stands on them: the part of `Store` that is the same over every driver. */
export function openCollections(
  tables: Tables,
  options: LedgerOptions & { readonly learner: ContactLearner },
) {
  const ledger = createLedger(tables, options);
  const series = createSeries(tables);
  const quarantine = createQuarantine(tables);
  return {
    ledger: markPauses(ledger, series),
    series,
    contacts: createContacts(tables, { learner: options.learner, aliases: ledger.aliases }),
    media: createMediaRows(tables),
    processes: createProcessRegistry(tables),
    replays: createReplays(tables),
    access: {
      tokens: createTokens(tables),
      sessions: createSessions(tables),
      audit: createAudit(tables),
      views: createViews(tables),
    },
    installation: createInstallation(tables),
    quarantinedSince: quarantine.since,
    closeQuarantined: quarantine.close,
    // What the alerts' job remembered before jobs had rows lies among the links.
    jobs: createJobRows(tables, {
      exclusive: options.exclusive,
      before: (name) => ledger.link(name, "told"),
    }),
  };
}
