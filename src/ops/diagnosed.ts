import { diagnose, type Finding } from "../contracts.ts";
import type { StatusProblem } from "./status.ts";

/** A finding as a problem of the status; `more` goes into the same sentence. */
export function diagnosed(
  level: StatusProblem["level"],
  finding: Finding,
  more = "",
): StatusProblem {
  const { what, remedy } = diagnose(finding);
  return { level, what: `${what}${more}.`, remedy };
}
