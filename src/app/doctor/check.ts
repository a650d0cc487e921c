import { type DoctorFinding, type ProblemKind, runbookPath } from "../../contracts.ts";

export function good(of: string, found: string): DoctorFinding {
  return { of, ok: true, found };
}

export function bad(of: string, kind: ProblemKind, found: string, remedy?: string): DoctorFinding {
  const base = { of, ok: false, found, kind, runbook: runbookPath(kind) };
  return remedy === undefined ? base : { ...base, remedy };
}
