/** One thing that is wrong, and what to do about it. Holds no value of a secret. */
export interface ConfigProblem {
  /** The key (`PORT`), or file, line and path (`waypost.yaml:12 routes[0].to[1]`). */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${problems.map(problemLine).join("\n")}`);
    this.problems = problems;
  }
}

/** A problem on one line, for terminals and the error's message. */
function problemLine({ where, problem, remedy }: ConfigProblem): string {
  return `  ${where}: ${problem}. ${remedy}${remedy.endsWith("?") ? "" : "."}`;
}

/** A place that is refused once must not be called missing or wrong again. */
export function firstOfEach(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const first = new Map<string, ConfigProblem>();
  for (const problem of problems) {
    if (!first.has(problem.where)) first.set(problem.where, problem);
  }
  return [...first.values()];
}
