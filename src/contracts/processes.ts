/** Who runs. */

export interface RunningProcess {
  /** Unlike that of any other process; a destination's `holder` begins with it. */
  readonly id: string;
  readonly role: "start" | "receive" | "work" | "ops";
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Of waypost.yaml as this process runs it. */
  readonly configHash: string;
  readonly startedAt: string;
  /** By its own clock. */
  readonly seenAt: string;
}

/** Which processes run, as they say themselves. All methods throw StoreError (`outage`). */
export interface ProcessRegistry {
  /** To be repeated every 10 s. */
  heartbeat(process: RunningProcess): Promise<void>;
  /** A process that ends well need not be waited for. */
  deregister(id: string): Promise<void>;
  /** Those heard of in the last minute, by id. */
  alive(): Promise<RunningProcess[]>;
}
