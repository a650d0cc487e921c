import { diagnose, type Finding, type ProblemKind, runbookPath } from "../../contracts.ts";
import type { StatusProblem } from "./status.ts";

/** A finding as a problem of the status; `more` goes into the same sentence. */
export function diagnosed(
  level: StatusProblem["level"],
  finding: Finding,
  more = "",
): StatusProblem {
  const { what, remedy } = diagnose(finding);
  return problem(level, finding.kind, `${what}${more}.`, remedy);
}

export function problem(
  level: StatusProblem["level"],
  kind: ProblemKind,
  what: string,
  remedy: string,
): StatusProblem {
  return { kind, level, what, remedy, runbook: runbookPath(kind) };
}

/** "1 POST waits", "4 POSTs wait". */
export function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
