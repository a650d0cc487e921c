import { ApiProblem } from "../../src/client/client.ts";

/** Why something did not work, and what to do about it. */
export interface Trouble {
  readonly title: string;
  readonly details: readonly string[];
}

/** Whatever was thrown, in words. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiProblem)) {
    const title = error instanceof Error ? error.message : String(error);
    const unreachable = error instanceof Error && error.name !== "ApiUnreachable" ? [] : [remedy];
    return { title, details: unreachable };
  }
  const errors = error.errors.map(({ parameter, path, reason, remedy: act }) =>
    [[parameter ?? path, reason].filter(Boolean).join(" "), act].filter(Boolean).join(". "),
  );
  return { title: error.message, details: [...(error.detail ? [error.detail] : []), ...errors] };
}

const remedy =
  "See whether the process runs and whether this computer reaches it. What comes in meanwhile is not lost.";
