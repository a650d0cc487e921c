/**
 * Why Graph did not do what it was asked. `token`: it does not know the token or the secret; `rights`: it may not do this; `unknown`: there is
 * no such thing, or not for this token; `callback`: the address could not be verified; `refused`: something in the question.
 */
type GraphFailure = "token" | "rights" | "unknown" | "busy" | "away" | "callback" | "refused";

export interface GraphErrorDetails {
  readonly code?: number;
  /** Of `callback`: what the address answered to Meta. */
  readonly status?: number;
  /** Of `refused`: which of the fields sent, from 0. */
  readonly field?: number;
}

/** Its words are our own: Meta's may repeat the token. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly failure: GraphFailure;
  readonly details: GraphErrorDetails;
  constructor(failure: GraphFailure, message: string, details: GraphErrorDetails = {}) {
    super(message);
    this.failure = failure;
    this.details = details;
  }
}

const tokenCodes = new Set([0, 101, 102, 104, 190, 463, 467]);
const hasteCodes = new Set([4, 17, 32, 341, 613, 130429]);
const callbackCode = 2200;
/** "Object does not exist, cannot be loaded due to missing permissions, or does not support this operation". */
const noSuchObject = 33;

interface Told {
  readonly code?: unknown;
  readonly error_subcode?: unknown;
  readonly message?: unknown;
}

/** What an answer other than 200 says. */
export function toGraphError(status: number, told: Told): GraphError {
  const code = Number(told.code ?? Number.NaN);
  const message = String(told.message ?? "");
  const answered = `Meta answered ${status}${Number.isNaN(code) ? "" : ` with the code ${code}`}`;
  const details = Number.isNaN(code) ? {} : { code };
  const failure = failureOf(status, code, told);
  if (failure === "callback") return callbackError(answered, message, details);
  const busy = failure === "busy" ? ": this app has asked too often" : "";
  const field = failure === "refused" ? /fields\[(\d+)\]/.exec(message)?.[1] : undefined;
  const more = field === undefined ? details : { ...details, field: Number(field) };
  return new GraphError(failure, `${answered}${busy}`, more);
}

/** The first that holds; where Graph tells no code, the status counts. */
const failures: readonly (readonly [
  GraphFailure,
  (code: number, told: Told, status: number) => boolean,
])[] = [
  ["callback", (code) => code === callbackCode],
  ["token", (code) => tokenCodes.has(code)],
  ["token", (_, { message }) => /client secret|appsecret_proof/i.test(String(message))],
  ["busy", (code) => hasteCodes.has(code) || (code >= 80_000 && code < 80_020)],
  ["rights", (code) => code === 3 || code === 10 || (code >= 200 && code < 300)],
  ["unknown", (code, told) => Number(told.error_subcode) === noSuchObject || code === 803],
  ["away", (code) => code === 1 || code === 2],
  ["busy", (_code, _told, status) => status === 429],
  ["away", (_code, _told, status) => status >= 500],
  ["token", (code, _told, status) => Number.isNaN(code) && status === 401],
];

function failureOf(status: number, code: number, told: Told): GraphFailure {
  return failures.find(([, holds]) => holds(code, told, status))?.[0] ?? "refused";
}

/** Of Meta's words only numbers are told on. */
function callbackError(answered: string, message: string, details: GraphErrorDetails): GraphError {
  const status = /HTTP Status Code = (\d{3})/i.exec(message)?.[1];
  const curl = /curl_errno = (\d+)/i.exec(message)?.[1];
  const why =
    status !== undefined
      ? `the address answered ${status}`
      : curl === undefined
        ? "the address did not answer with the challenge"
        : `no connection to the address (curl ${curl})`;
  return new GraphError("callback", `${answered}: ${why}`, {
    ...details,
    ...(status !== undefined && { status: Number(status) }),
  });
}
