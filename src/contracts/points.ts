import { quantile } from "./figures.ts";
import { type AccountPoint, type ResponseFigures, responseBoundsMs } from "./series.ts";

/** A histogram as people read it. There must be something in it. */
export function responsePoint({
  count,
  sumMs,
  buckets,
}: ResponseFigures): NonNullable<AccountPoint["firstResponse"]> {
  return {
    count,
    meanMs: Math.round(sumMs / count),
    p50Ms: quantile(0.5, buckets, responseBoundsMs),
    p90Ms: quantile(0.9, buckets, responseBoundsMs),
  };
}
