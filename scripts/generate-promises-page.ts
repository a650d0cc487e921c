import { keptPromises, promises } from "./vendor-mutants.ts";

/** docs/destinations/promises.md: which test holds which promise of each kind. */
export function promisesPage(): string {
  return `${[
    "# What is promised, and which test holds it",
    "",
    "For each kind that writes into a CRM, a helpdesk, a shop or a sheet. Each row was shown to hold: with the promise broken in one place of the source, the test fails.",
    "`npm run mutants -- hubspot` breaks those of one kind again; what is broken how stands in `scripts/vendor-mutants/`. Made by `npm run generate`.",
    ...keptPromises.flatMap(({ kind, held, none }) => [
      ...["", `## ${kind}`, "", "| promise | test | in test/ |", "|---|---|---|"],
      ...Object.entries(promises).flatMap(([name, words]) => {
        const reason = none[name];
        if (reason !== undefined) return [`| ${words} | – ${reason} | |`];
        const tests = held.filter(({ promise }) => promise === name);
        const rows = tests.map((test) => `| ${words} | ${shown(test)} | ${test.test} |`);
        return [...new Set(rows)];
      }),
    ]),
  ].join("\n")}\n`;
}

function shown({ name, which }: { readonly name: string; readonly which?: string }): string {
  const whole = which === undefined ? name : `${name}${which}`;
  return whole.trim().replace(/:$/, "").replaceAll("|", "\\|");
}
