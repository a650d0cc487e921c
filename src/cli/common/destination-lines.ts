import type { Destination } from "../../client/client.ts";
import { duration, escapeControls } from "./terminal.ts";

/** A destination on one line, and its last error on a second. Pure. */
export function destinationLines(destination: Destination, now: Date): string[] {
  const { name, kind, says, open, oldestOpenAt, lastSuccessAt } = destination;
  const { dead = 0, repeats = 0, scheduled = 0, drainsInMs } = destination;
  const title = kind === undefined ? name : `${name} (${kind})`;
  // Who sees some accounts alone is not told what is counted over all.
  if (open === undefined) return [escapeControls(`${title}  ${says}`)];
  const ago = (iso: string) => duration(now.getTime() - Date.parse(iso));
  const counts = [
    `${open} open${oldestOpenAt === undefined ? "" : `, the oldest for ${ago(oldestOpenAt)}`}`,
    ...(drainsInMs === undefined ? [] : [`through in about ${duration(drainsInMs)}`]),
    ...(scheduled > 0 ? [`${scheduled} scheduled`] : []),
    ...(dead > 0 ? [`${dead} dead`] : []),
    ...(repeats > 0 ? [`${repeats} perhaps twice`] : []),
    lastSuccessAt === undefined ? "no success yet" : `last success ${ago(lastSuccessAt)} ago`,
  ];
  return [
    escapeControls(`${title}  ${says}; ${counts.join(", ")}`),
    ...errorLine(destination, ago).map(escapeControls),
  ];
}

/** Of an error that has been overcome nobody need know. */
function errorLine(
  { lastError, lastErrorAt = "", lastSuccessAt = "" }: Destination,
  ago: (iso: string) => string,
): string[] {
  if (lastError === undefined || lastErrorAt < lastSuccessAt) return [];
  return [`  last error ${ago(lastErrorAt)} ago: ${lastError}`];
}
