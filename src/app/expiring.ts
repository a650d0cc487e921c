import type { Store } from "../contracts.ts";
import { createJobs } from "../jobs/elect.ts";
import { startExpiringFiles } from "../jobs/media/expire-files.ts";
import { systemClock } from "../support/clock.ts";
import type { Base } from "./base.ts";
import type { Media } from "./media.ts";

/** Who removes files whose time is over, where there are any. Every worker starts it; the store decides which one does it. */
export function startExpiring(
  base: Base,
  parts: { readonly store: Store; readonly media: Media | undefined; readonly holder: string },
): { close(): Promise<void> } | undefined {
  const { store, media, holder } = parts;
  if (media === undefined) return undefined;
  const log = base.log.child({ role: "files" });
  const jobs = createJobs({ rows: store.jobs, holder, clock: systemClock, log });
  return startExpiringFiles({ rows: store.media, vault: media.vault, jobs, log });
}
