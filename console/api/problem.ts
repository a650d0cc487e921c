/** An answer that is not the asked-for one (RFC 9457), or none at all: `status` 0. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  /** The last part of `type`: callers may branch on it. */
  readonly slug: string;
  readonly details: readonly string[];
  constructor(status: number, slug: string, title: string, details: readonly string[] = []) {
    super(title);
    this.status = status;
    this.slug = slug;
    this.details = details;
  }
}

export const unreachable = () =>
  new ApiProblem(0, "unreachable", "Waypost does not answer.", [
    "See whether the process runs and this computer reaches it. What came in is not lost.",
  ]);

interface ProblemJson {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly {
    readonly parameter?: string;
    readonly path?: string;
    readonly reason: string;
    readonly remedy?: string;
  }[];
}

export async function readProblem(response: Response): Promise<ApiProblem> {
  const body: ProblemJson = await response.json().catch(() => ({}));
  const errors = (body.errors ?? []).map(({ parameter, path, reason, remedy }) =>
    [[parameter ?? path, reason].filter(Boolean).join(" "), remedy].filter(Boolean).join(". "),
  );
  return new ApiProblem(
    response.status,
    body.type?.split(":").at(-1) ?? "unknown",
    body.title ?? `Waypost answered ${response.status}.`,
    [...(body.detail === undefined ? [] : [body.detail]), ...errors],
  );
}

/** Whatever was thrown, as something that can be shown. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, "console", error instanceof Error ? error.message : String(error));
}
