import type { QuarantineEntry, RetryQuarantined, Store } from "../../contracts.ts";
import { QUARANTINE_TYPE } from "../../event/event.ts";
import { createTally } from "./tally.ts";
import { absent, markRenormalized, publish, type RenormalizerSources, type Work } from "./work.ts";

/** Reads one POST of quarantine again, publishes what the log does not have, and closes the entry when nothing is left. */
export function createQuarantineRetry(
  sources: RenormalizerSources & Pick<Store, "closeQuarantined">,
): RetryQuarantined {
  return async (entry, signal) => {
    const request = { from: entry.receivedAt, to: entry.receivedAt, dryRun: false };
    const tally = createTally(sources.parser.dataversion, false);
    const work: Work = { sources, request, signal, tally };
    const post = await sources.read(entry);
    const events = post.events.filter(({ type }) => type !== QUARANTINE_TYPE);
    const left = post.events.find(({ type }) => type === QUARANTINE_TYPE);
    const added = await absent(work, events);
    await publish(work, markRenormalized(added));
    const problems = left === undefined ? [] : problemsIn(left.bytes);
    // A body in which there is nothing at all is one that cannot be understood.
    const closed = left === undefined && events.length > 0;
    if (closed) await sources.closeQuarantined(entry.id);
    const published = added.map(({ id }) => id);
    return { id: entry.id, understood: events.length, published, problems, closed };
  };
}

/** Made by our own parser just now. */
function problemsIn(quarantined: Uint8Array): QuarantineEntry["problems"] {
  const { problems } = JSON.parse(Buffer.from(quarantined).toString("utf8")) as {
    problems: string;
  };
  return JSON.parse(problems) as QuarantineEntry["problems"];
}
