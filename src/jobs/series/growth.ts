import { ackBoundsMs, type DestinationFigures, type ProcessFigures } from "../../contracts.ts";
import type { Metrics } from "../../support/metrics.ts";

export interface Growth {
  /** undefined: nothing. */
  readonly process: Omit<ProcessFigures, "role" | "host"> | undefined;
  /** Those of which something is to be told. */
  readonly destinations: ReadonlyMap<string, DestinationFigures>;
}

interface Sample {
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly value: number;
  readonly metricName?: string;
}

/** Each call answers with what the metrics have counted since the one before. */
export function readGrowth(metrics: Metrics): () => Promise<Growth> {
  const before = new Map<string, number>();
  const grownBy = (name: string, { labels, value }: Sample): number => {
    const key = `${name} ${JSON.stringify(labels)}`;
    const grown = value - (before.get(key) ?? 0);
    before.set(key, value);
    return grown;
  };
  const counts = async (
    name: string,
    metric: { get(): Promise<{ values: Sample[] }> },
    label: string,
  ) =>
    Object.fromEntries(
      (await metric.get()).values.flatMap((sample) => {
        const grown = grownBy(name, sample);
        return grown > 0 ? [[String(sample.labels[label] ?? ""), grown] as const] : [];
      }),
    );
  const perAccount = async (outcome: string) => {
    const { values } = await metrics.accountEvents.get();
    const own = values.filter(({ labels }) => labels["outcome"] === outcome);
    return counts("account", { get: async () => ({ values: own as Sample[] }) }, "account");
  };
  return async () => {
    const process = {
      posts: await counts("posts", metrics.posts, "code"),
      spooled: (await counts("spooled", metrics.spooled, ""))[""] ?? 0,
      ack: ackGrowth((await metrics.ack.get()).values as Sample[], grownBy),
      received: await perAccount("received"),
      repeated: await perAccount("repeated"),
    };
    const something =
      process.spooled > 0 ||
      process.ack.some((count) => count > 0) ||
      [process.posts, process.received, process.repeated].some(
        (all) => Object.keys(all).length > 0,
      );
    return {
      process: something ? process : undefined,
      destinations: await destinationsGrowth(metrics, grownBy),
    };
  };
}

type GrownBy = (name: string, sample: Sample) => number;

/** prom-client counts into each bucket what fell under its bound: cumulated. */
function ackGrowth(samples: readonly Sample[], grownBy: GrownBy): number[] {
  const cumulated = samples
    .filter(({ metricName }) => metricName?.endsWith("_bucket"))
    .map((sample) => grownBy("ack", sample));
  return cumulated
    .map((count, at) => count - (cumulated[at - 1] ?? 0))
    .slice(0, ackBoundsMs.length + 1);
}

async function destinationsGrowth(
  metrics: Metrics,
  grownBy: GrownBy,
): Promise<ReadonlyMap<string, DestinationFigures>> {
  const found = new Map<
    string,
    { verdicts: Record<string, number>; dead: number; oldestAgeMs: number }
  >();
  const of = ({ labels }: Sample) => {
    const name = String(labels["destination"] ?? "");
    const figures = found.get(name) ?? { verdicts: {}, dead: 0, oldestAgeMs: 0 };
    found.set(name, figures);
    return figures;
  };
  for (const sample of (await metrics.deliveryAttempts.get()).values as Sample[]) {
    const grown = grownBy("attempts", sample);
    const outcome = String(sample.labels["outcome"]);
    if (grown > 0) of(sample).verdicts[outcome] = grown;
  }
  for (const sample of (await metrics.deliveryDead.get()).values as Sample[]) {
    const grown = grownBy("dead", sample);
    if (grown > 0) of(sample).dead += grown;
  }
  for (const sample of (await metrics.deliveryOldestAge.get()).values as Sample[]) {
    if (sample.value > 0) of(sample).oldestAgeMs = Math.round(sample.value * 1_000);
  }
  return found;
}
