import { hostname } from "node:os";
import type { Store } from "../contracts.ts";
import { startSampling } from "../jobs/series/sampling.ts";
import { packageVersion } from "../support/package-version.ts";
import type { Base } from "./base.ts";

/** Each process writes down what it counts, and that it has started. */
export async function startCountingOwn(
  base: Base,
  { store, id }: { readonly store: Store; readonly id: string },
): Promise<void> {
  const { config, life, metrics } = base;
  const log = base.log.child({ role: "series" });
  const { series } = store;
  const detail = await packageVersion();
  const started = { at: new Date().toISOString(), what: "start", of: id, detail } as const;
  series.mark(started).catch((error) => log.debug("a mark could not be kept", { error }));
  const sampling = startSampling({
    ...{ metrics, series, id, role: config.role, host: hostname(), log },
  });
  life.add("own figures", () => sampling.close());
}
