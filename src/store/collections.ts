import type { Tables } from "../contracts/table.ts";
import { createAudit } from "./audit.ts";
import type { ContactLearner } from "./contacts/contact-learner.ts";
import { contactSpecs } from "./contacts/contact-tables.ts";
import { createContacts } from "./contacts/contacts.ts";
import { declaredTables, openFaces } from "./generated.ts";
import { createJobRows } from "./jobs.ts";
import { createLedger, type LedgerOptions } from "./ledger/ledger.ts";
import { ledgerSpecs } from "./ledger/ledger-tables.ts";
import { markPauses } from "./ledger/pause-marks.ts";
import { createMediaRows } from "./media.ts";
import { createQuarantine } from "./quarantine.ts";
import { createViews } from "./saved-views.ts";
import { createSessions } from "./sessions.ts";
import { createTokens } from "./tokens.ts";

/** Every record type that is declared once: both stores make these tables, indexes and expiries. */
export const collections = [...ledgerSpecs, ...declaredTables, ...contactSpecs];

/** What stands on them: the part of `Store` that is the same over every driver. */
export function openCollections(
  tables: Tables,
  options: LedgerOptions & { readonly learner: ContactLearner },
) {
  const ledger = createLedger(tables, options);
  const faces = openFaces(tables);
  const quarantine = createQuarantine(tables);
  return {
    ...faces,
    ledger: markPauses(ledger, faces.series),
    contacts: createContacts(tables, { learner: options.learner, aliases: ledger.aliases }),
    media: createMediaRows(tables),
    access: {
      tokens: createTokens(tables),
      sessions: createSessions(tables),
      audit: createAudit(tables),
      views: createViews(tables),
    },
    quarantinedSince: quarantine.since,
    closeQuarantined: quarantine.close,
    // What the alerts' job remembered before jobs had rows lies among the links.
    jobs: createJobRows(tables, {
      exclusive: options.exclusive,
      before: (name) => ledger.link(name, "told"),
    }),
  };
}
