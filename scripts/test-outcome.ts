/** What the TAP output of a test file says, and what the whole run says in its last lines. */
import { failureLines } from "./test-failures.ts";

export interface Outcome {
  readonly file: string;
  readonly ok: boolean;
  readonly passed: number;
  /** At least one where not `ok`. */
  readonly failed: number;
  /** Why each skipped test was skipped, and each suite that was skipped as a whole. */
  readonly skipped: readonly string[];
}

/** A file without a test fails: it was most likely not run. One whose tests are all skipped does not. */
export function judge(file: string, output: string, exitCode: number | null): Outcome {
  const count = (what: string) =>
    Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(output)?.[1] ?? Number.NaN);
  // TAP writes a `#` of a name or a reason as `\#`.
  const skipped = [...output.matchAll(/^ *ok \d+ .*?(?<!\\)# SKIP *(.*)$/gm)].map(
    ([, reason = ""]) => reason.replaceAll("\\#", "#") || "no reason given",
  );
  const passed = count("pass") || 0;
  const failed = count("fail");
  const ok = exitCode === 0 && failed === 0 && passed + skipped.length > 0;
  return { file, ok, passed, failed: ok ? 0 : Math.max(1, failed || 0), skipped };
}

/** One line about a file. */
export function fileLine({ file, ok, passed, skipped }: Outcome, seconds: string): string {
  const many = [`${passed} passed`, ...(skipped.length > 0 ? [`${skipped.length} skipped`] : [])];
  return `${ok ? "ok    " : "FAILED"} ${file}  ${many.join(", ")}, ${seconds} s`;
}

/** One run of a file, of which a failed one has two. */
interface Try {
  readonly outcome: Outcome;
  readonly output: string;
  /** Alone, when all others were done. */
  readonly alone: boolean;
}

/** What failed in every try of the files that failed, also where the second passed: one part for a file. */
export function failedTries(tries: readonly Try[]): string[] {
  const failed = tries.filter(({ outcome }) => !outcome.ok).map(({ outcome }) => outcome.file);
  return [...new Set(failed)].flatMap((file) => [
    ...tries.filter(({ outcome }) => outcome.file === file).flatMap(linesOfTry),
    "",
  ]);
}

function linesOfTry({ outcome, output, alone }: Try): string[] {
  const how = alone ? "once more, alone" : "beside other files";
  const said = outcome.ok ? [] : failureLines(output).map((line) => `  ${line}`);
  return [
    `${outcome.ok ? "passed" : "FAILED"} ${outcome.file}, ${how}${said.length > 0 ? ":" : ""}`,
    ...said,
  ];
}

/** What was skipped for want of what and how to get it, then the counts as the very last line. */
export function closingLines(outcomes: readonly Outcome[]): string[] {
  const sum = (count: (outcome: Outcome) => number) =>
    outcomes.reduce((all, outcome) => all + count(outcome), 0);
  const skipped = sum((outcome) => outcome.skipped.length);
  const counts = `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed, ${skipped} skipped`;
  return skipped === 0 ? [counts] : [...skippedLines(outcomes), "", counts];
}

function skippedLines(outcomes: readonly Outcome[]): string[] {
  const reasons = new Set(outcomes.flatMap((outcome) => outcome.skipped));
  const lines = [...reasons].sort().map((reason) => {
    const perFile = outcomes
      .map((outcome) => outcome.skipped.filter((each) => each === reason).length)
      .filter((many) => many > 0);
    const many = perFile.reduce((all, each) => all + each, 0);
    return `  ${many} in ${perFile.length === 1 ? "1 file" : `${perFile.length} files`}: ${reason}`;
  });
  const remedy =
    "`.ci/run` installs what they need (on Debian or Ubuntu, with sudo) and runs everything; see CONTRIBUTING.md.";
  const wanting = [...reasons].some((reason) => reason.startsWith("needs "));
  return ["Skipped tests and suites:", ...lines, ...(wanting ? [remedy] : [])];
}
