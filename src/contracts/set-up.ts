import type { RunningConfiguration } from "./configuration.ts";
import type { Connection } from "./connection.ts";
import type { DoctorReport } from "./doctor.ts";

/** What a page of the set-up asks and does. */
export interface SetUp {
  /** As Meta has it; changes nothing. */
  connection(): Promise<Connection>;
  /** Everything tried out; changes nothing. */
  doctor(): Promise<DoctorReport>;
  configuration(): Promise<RunningConfiguration>;
  sendTest(request: TestRequest): Promise<TestMessage>;
}

export interface TestRequest {
  /** Marked as a test: it reaches no destination but those of routes with `test: true`. */
  readonly asTest: boolean;
  readonly phoneNumberId?: string;
  readonly to?: "public" | "local";
}

export interface TestMessage {
  readonly url: string;
  /** What the callback URL answered; absent: it did not. */
  readonly status?: number;
  readonly ms: number;
  readonly test: boolean;
  readonly why?: string;
  readonly remedy?: string;
  /** Its id, once it is in the log. */
  readonly event?: string;
  /** Where the routes lead it. */
  readonly goesTo?: readonly string[];
}
