import type { PropertyChange, Renormalization, RenormalizationExample } from "../../contracts.ts";
import { columns, cut, escapeControls } from "./terminal.ts";

const maxPathsShown = 20;

/** How many events a run that is no dry one publishes. */
export function toPublish({ counts }: Renormalization): number {
  return counts.changed + counts.superseded + counts.split + counts.recovered;
}

/** What was found, in words. */
export function summaryLines(found: Renormalization): string[] {
  const { counts, dataversion } = found;
  return [
    `Read ${counts.events} events and ${counts.quarantined} POSTs in quarantine with the parser of dataversion ${dataversion}.`,
    ...kinds(found).map(([count, what]) => `${String(count).padStart(8)}  ${what}`),
    ...pathLines(found.paths),
    ...(found.examples.length > 0 ? ["Examples:"] : []),
    ...found.examples.flatMap(exampleLines),
    ...(counts.refused > 0 ? [refusal(found)] : []),
  ];
}

function kinds({ counts }: Renormalization): (readonly [number, string])[] {
  const all = [
    [counts.unchanged, "come out as they are stored"],
    [counts.changed, "come out with other data, under their ids"],
    [counts.superseded, "are superseded by other events"],
    [counts.split, "new events are made of stored ones"],
    [counts.recovered, "new events are recovered from quarantine"],
    [counts.understood, "POSTs in quarantine are understood in full now"],
    [counts.lost, "are no longer understood, and stay as they are"],
    [counts.refused, "differ, but may not be published"],
    [counts.skipped, "have no raw: your own services published them"],
  ] as const;
  return all.filter(([count]) => count > 0);
}

function pathLines(paths: Renormalization["paths"]): string[] {
  const sorted = Object.entries(paths).sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  if (sorted.length === 0) return [];
  const lines = sorted
    .slice(0, maxPathsShown)
    .map(([path, count]) => `${String(count).padStart(8)}  ${escapeControls(path)}`);
  return ["What differs:", ...lines];
}

function exampleLines({ kind, id, type, changes = [] }: RenormalizationExample): string[] {
  const lines = [`  ${kind.padEnd(10)}  ${type}  ${id}`, ...changes.map(changeLine)];
  return lines.map((line) => cut(escapeControls(line), columns()));
}

function changeLine({ path, before = "nothing", after = "nothing" }: PropertyChange): string {
  return `      ${path}: ${before} → ${after}`;
}

function refusal({ counts, dataversion }: Renormalization): string {
  return `${counts.refused} events differ although the parser has dataversion ${dataversion}, which is not higher than theirs. They are not published: an event is replaced only by a higher dataversion. Raise DATAVERSION with each change of what the parser makes.`;
}
