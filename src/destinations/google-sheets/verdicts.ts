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

interface Rule extends Pick<Judgement, "verdict"> {
  readonly is: (error: GoogleError) => boolean;
  /** `{email}`: of the service account, `{sheet}`: its name. */
  readonly words: string;
}

const says =
  (text: RegExp) =>
  ({ message }: GoogleError) =>
    text.test(message);
const has =
  (key: "status" | "reason", value: string) =>
  ({ [key]: given }: GoogleError) =>
    given === value;
const config = (is: Rule["is"], words: string): Rule => ({ is, verdict: "config", words });
const outage = (is: Rule["is"], words: string): Rule => ({ is, verdict: "outage", words });
const quota = "the quota of this minute is used up";

/**
 * What Google's errors mean, the first that fits. Codes: cloud.google.com/apis/design/errors; the words are those that the API is known to
 * say. What is not here means what its status means.
 */
const rules: readonly Rule[] = [
  config(
    says(/^Unable to parse range/),
    'there is no sheet of the name "{sheet}": name it so again, or set `sheet` to its new name',
  ),
  config(
    says(/above the limit of \d+ cells/),
    "the spreadsheet is full (10,000,000 cells): move old rows elsewhere, delete empty columns, or set `spreadsheet` to a new one",
  ),
  config(says(/exceeds grid limits/), beyondGrid),
  {
    is: says(/more than the maximum of \d+ characters in a single cell/),
    ...{ verdict: "refused", words: "a cell is too long" },
  },
  config(
    says(/protected cell or object/),
    "the sheet is protected: let {email} edit it (Data, Protect sheets and ranges)",
  ),
  config(
    says(/not supported for this document/),
    "it is an Excel file: in Google Drive choose File, Save as Google Sheets, and set `spreadsheet` to that",
  ),
  config(
    has("reason", "SERVICE_DISABLED"),
    "enable the Google Sheets API in the service account's project in Google Cloud",
  ),
  outage(has("reason", "RATE_LIMIT_EXCEEDED"), quota),
  outage(has("status", "RESOURCE_EXHAUSTED"), quota),
  outage(has("status", "ABORTED"), "another change was under way"),
  config(has("status", "PERMISSION_DENIED"), "share the spreadsheet with {email} as an editor"),
  config(
    has("status", "NOT_FOUND"),
    "there is no such spreadsheet: check `spreadsheet`, or take it back out of the bin",
  ),
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

export function createJudge(
  { account, sheet }: Pick<SheetsOptions, "account" | "sheet">,
  backoff: QuotaBackoff,
) {
  return ({ json, afterMs, status: httpStatus }: ApiAnswer): Judgement | undefined => {
    const error = errorOf(json);
    if (error === undefined) return undefined;
    const rule = rules.find(({ is }) => is(error));
    if (rule === undefined) return undefined;
    const { verdict } = rule;
    const isQuota = verdict === "outage" && httpStatus !== 409;
    return {
      verdict,
      words: rule.words.replace("{email}", () => account.email).replace("{sheet}", () => sheet),
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
