import { DeliveryError } from "../../contracts.ts";
import type { Download, DownloadOptions } from "./download.ts";
import { AbsentFileError } from "./graph.ts";

/** A file to fetch, as the thread is told of it. */
export interface FetchJob {
  readonly id: number;
  readonly mediaId: string;
  /** SHA-256 in hex, where the event told one. */
  readonly expected: string | undefined;
  readonly options: Omit<DownloadOptions, "dispatcher" | "signal">;
}

/** The attempt is over: the thread answers then, too. */
export interface FetchAbort {
  readonly abort: number;
}

export interface FetchAnswer {
  readonly id: number;
  readonly got?: Omit<Download, "head"> & { readonly head: Uint8Array };
  readonly failed?: FetchFailure;
}

/** An error without its class, which a message does not carry. */
interface FetchFailure extends Pick<DeliveryError, "message"> {
  readonly absent: boolean;
  readonly decision?: Pick<
    DeliveryError,
    "verdict" | "maybeDone" | "laneOnly" | "limited" | "afterMs"
  >;
}

export function packFailure(error: unknown): FetchFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DeliveryError)) {
    return { message, absent: error instanceof AbsentFileError };
  }
  const { verdict, maybeDone, laneOnly, limited, afterMs } = error;
  const decision = {
    verdict,
    maybeDone,
    laneOnly,
    limited,
    ...(afterMs !== undefined && { afterMs }),
  };
  return { message, absent: false, decision };
}

export function unpackFailure({ message, absent, decision }: FetchFailure): Error {
  if (absent) return new AbsentFileError(message);
  if (decision === undefined) return new Error(message);
  return new DeliveryError(decision.verdict, message, decision);
}
