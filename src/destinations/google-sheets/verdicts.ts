import type { ApiAnswer, Judgement } from "../http/api.ts";
import type { SheetsOptions } from "./options.ts";

/** The grid ends before the cell that was asked for. */
export const beyondGrid = "the cell lies outside the sheet's grid: add columns to the sheet";

interface GoogleError {
  /** google.rpc.Code, e.g. `INVALID_ARGUMENT`. */
  readonly status: string;
  readonly message: string;
  /** Of google.rpc.ErrorInfo, e.g. `SERVICE_DISABLED`. */
  readonly reason: string;
}

type Facts = Pick<SheetsOptions, "account" | "sheet">;
type Rule = readonly [
  is: (error: GoogleError) => boolean,
  verdict: Judgement["verdict"],
  words: (facts: Facts) => string,
];

const says = (text: RegExp) => (error: GoogleError) => text.test(error.message);

/**
 * What Google's errors mean, the first that fits. Codes: cloud.google.com/apis/design/errors; the words are those that the API is known to
 * say. What is not here means what its status means.
 */
const rules: readonly Rule[] = [
  [
    says(/^Unable to parse range/),
    "config",
    ({ sheet }) =>
      `there is no sheet of the name "${sheet}": name it so again, or set \`sheet\` to its new name`,
  ],
  [
    says(/above the limit of \d+ cells/),
    "config",
    () =>
      "the spreadsheet is full (10,000,000 cells): move old rows elsewhere, delete empty columns, or set `spreadsheet` to a new one",
  ],
  [says(/exceeds grid limits/), "config", () => beyondGrid],
  [
    says(/more than the maximum of \d+ characters in a single cell/),
    "refused",
    () => "a cell is too long",
  ],
  [
    says(/protected cell or object/),
    "config",
    ({ account }) =>
      `the sheet is protected: let ${account.email} edit it (Data, Protect sheets and ranges)`,
  ],
  [
    says(/not supported for this document/),
    "config",
    () =>
      "it is an Excel file: in Google Drive choose File, Save as Google Sheets, and set `spreadsheet` to that",
  ],
  [
    ({ reason }) => reason === "SERVICE_DISABLED",
    "config",
    () => "enable the Google Sheets API in the service account's project in Google Cloud",
  ],
  [
    ({ reason }) => reason === "RATE_LIMIT_EXCEEDED",
    "outage",
    () => "the quota of this minute is used up",
  ],
  [
    ({ status }) => status === "RESOURCE_EXHAUSTED",
    "outage",
    () => "the quota of this minute is used up",
  ],
  [({ status }) => status === "ABORTED", "outage", () => "another change was under way"],
  [
    ({ status }) => status === "PERMISSION_DENIED",
    "config",
    ({ account }) => `share the spreadsheet with ${account.email} as an editor`,
  ],
  [
    ({ status }) => status === "NOT_FOUND",
    "config",
    () => "there is no such spreadsheet: check `spreadsheet`, or take it back out of the bin",
  ],
];

/** Waits of a used-up quota, as developers.google.com/workspace/sheets/api/limits asks: 2^n seconds and up to one more, 64 at most. */
export interface QuotaBackoff {
  nextMs(): number;
  /** Google took something. */
  reset(): void;
}

const mostSeconds = 64;

export function createQuotaBackoff(): QuotaBackoff {
  let streak = 0;
  return {
    nextMs() {
      const seconds = Math.min(2 ** streak + Math.random(), mostSeconds);
      streak += 1;
      return Math.round(seconds * 1_000);
    },
    reset() {
      streak = 0;
    },
  };
}

export function createJudge(facts: Facts, backoff: QuotaBackoff) {
  return ({ json, afterMs, status: httpStatus }: ApiAnswer): Judgement | undefined => {
    const error = errorOf(json);
    if (error === undefined) return undefined;
    const rule = rules.find(([is]) => is(error));
    if (rule === undefined) return undefined;
    const [, verdict, words] = rule;
    const isQuota = verdict === "outage" && httpStatus !== 409;
    return {
      verdict,
      words: words(facts),
      ...(/^[A-Z_]{2,40}$/.test(error.status) && { code: error.status }),
      ...(isQuota && { limited: true, afterMs: afterMs ?? backoff.nextMs() }),
    };
  };
}

function errorOf(json: unknown): GoogleError | undefined {
  const { error } = (json ?? {}) as { readonly error?: unknown };
  if (typeof error !== "object" || error === null) return undefined;
  const { status, message, details } = error as Readonly<Record<string, unknown>>;
  const reasons = (Array.isArray(details) ? details : []).map((each) => each?.reason);
  return {
    status: typeof status === "string" ? status : "",
    message: typeof message === "string" ? message : "",
    reason: String(reasons.find((reason) => typeof reason === "string") ?? ""),
  };
}
