import type { Ledger, Series } from "../../contracts.ts";

/** Whoever pauses or resumes a destination, charts show it. A mark that cannot be kept holds nobody up. */
export function markPauses(ledger: Ledger, series: Pick<Series, "mark">): Ledger {
  return {
    ...ledger,
    async setPause(of, pause) {
      const before = (await ledger.lease(of)).pause;
      await ledger.setPause(of, pause);
      if (pause !== undefined && pause.at !== before?.at) {
        const { at, reason: detail } = pause;
        await series.mark({ at, what: "pause", of, detail }).catch(() => undefined);
      }
      if (pause === undefined && before !== undefined) {
        const at = new Date().toISOString();
        await series.mark({ at, what: "resume", of }).catch(() => undefined);
      }
    },
  };
}
