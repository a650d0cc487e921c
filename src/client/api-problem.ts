import type { Problem } from "./generated.ts";

/** An answer other than the asked-for one: an RFC 9457 problem. Branch on `type`, show `message`. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  /** `urn:waypost:problem:<what>`; `about:blank` where the answer is not of Waypost, e.g. a proxy's. */
  readonly type: string;
  readonly detail: string | undefined;
  readonly errors: NonNullable<Problem["errors"]>;
  constructor({ status, type, title, detail, errors = [] }: Problem) {
    super(title);
    this.status = status;
    this.type = type;
    this.detail = detail;
    this.errors = errors;
  }
}

/** Nobody answered, or not in time. */
export class ApiUnreachable extends Error {
  override readonly name = "ApiUnreachable";
  /** `ETIMEDOUT`; what else the runtime says, such as `ECONNREFUSED`. Browsers say nothing. */
  readonly reason: string | undefined;
  constructor(reason: string | undefined, cause?: unknown) {
    super("Waypost does not answer.", { cause });
    this.reason = reason;
  }
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  const answer = isProblem ? await response.json().catch(() => undefined) : undefined;
  if (answer === undefined) await response.body?.cancel().catch(() => undefined);
  return new ApiProblem({
    type: "about:blank",
    title: `The answer was ${status}.`,
    status,
    ...(answer as Partial<Problem> | undefined),
  });
}
