/** What one process does for all. */

/** Being the elected process. */
export interface JobTerm {
  /** Fences what is saved. */
  readonly epoch: number;
  /** Aborts when another process may be elected, or when this one stops: nothing may be begun from then on. */
  readonly over: AbortSignal;
}

/** Works until the term is over. */
export type JobWork = (term: JobTerm) => Promise<void>;

/** What a job remembers between its terms. */
export type JobState = Readonly<Record<string, string>>;

/** Who does a job, and what it remembers: a row a job. All methods throw StoreError (`outage`). */
export interface JobRows {
  /** Nobody else can have these rows while this process has them. */
  readonly exclusive: boolean;
  /** Made at first sight. */
  lease(name: string): Promise<JobRow>;
  /** As Leases.takeLease. */
  takeLease(
    name: string,
    seen: Pick<JobRow, "epoch" | "heartbeat">,
    holder: string,
  ): Promise<JobRow | undefined>;
  renewLease(name: string, epoch: number): Promise<JobRow | undefined>;
  releaseLease(name: string, epoch: number): Promise<void>;
  /** False when a holder of a later epoch has been elected. */
  save(name: string, epoch: number, state: JobState): Promise<boolean>;
}

export interface JobRow {
  readonly epoch: number;
  /** Grows with every renewal. */
  readonly heartbeat: number;
  readonly holder?: string;
  readonly state?: JobState;
}
