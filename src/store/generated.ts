// Generated from the files of src/store/ by `npm run generate`. Do not edit.
import type { Tables } from "../contracts/table.ts";
import type { Faces } from "../contracts.ts";
import { accountsTable } from "./accounts.ts";
import { auditTable } from "./audit.ts";
import { createInstallation, installationTable } from "./installation.ts";
import { jobsTable } from "./jobs.ts";
import { mediaTable } from "./media.ts";
import { createProcessRegistry } from "./processes.ts";
import { quarantineTable } from "./quarantine.ts";
import { createReplays, replaysTable } from "./replays.ts";
import { viewsTable } from "./saved-views.ts";
import { createSeries, seriesSpecs } from "./series.ts";
import { sessionsTable } from "./sessions.ts";
import { tokensTable } from "./tokens.ts";

export const declaredTables = [
  accountsTable,
  auditTable,
  installationTable,
  jobsTable,
  mediaTable,
  quarantineTable,
  replaysTable,
  viewsTable,
  ...seriesSpecs,
  sessionsTable,
  tokensTable,
];

export function openFaces(tables: Pick<Tables, "of">): Faces {
  return {
    installation: createInstallation(tables),
    processes: createProcessRegistry(tables),
    replays: createReplays(tables),
    series: createSeries(tables),
  };
}
