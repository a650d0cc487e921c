import type { ProblemKind } from "./problems.ts";

/** One thing that `doctor` looked at. */
export interface DoctorFinding {
  /** The part of Waypost, or a destination's name. */
  readonly of: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do when it is not ok. */
  readonly remedy?: string;
  /** Of what is not ok. */
  readonly kind?: ProblemKind;
  readonly runbook?: string;
}

export interface DoctorReport {
  readonly at: string;
  readonly ok: boolean;
  /** What is not ok first. */
  readonly findings: readonly DoctorFinding[];
}
