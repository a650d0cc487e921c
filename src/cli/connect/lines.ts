import {
  type ConnectedAccount,
  type ConnectedNumber,
  type Connection,
  runbookFile,
} from "../../contracts.ts";
import { stepInWords, stepsOf } from "../../meta/apply-step.ts";

const marks = { error: "✗", warning: "!", note: "·" } as const;
const bys = {
  number: "the number's override",
  account: "the account's override",
  app: "the app's",
};

/** What Meta has, what differs, and what --apply would do. Pure. */
export function connectionLines(
  connection: Connection,
  options: { readonly overrides: boolean },
): string[] {
  const { accounts, problems, ok } = connection;
  const steps = stepsOf(connection, options);
  return [
    ...appLines(connection),
    ...accounts.flatMap(accountLines),
    "",
    ok ? "Meta has what is wanted." : "What differs:",
    ...problems.flatMap(({ kind, level, what, remedy }) => [
      `  ${marks[level]} ${what}`,
      `    → ${remedy} (${runbookFile(kind)})`,
    ]),
    ...(steps.length === 0 ? [] : ["", "`waypost connect --apply` would:"]),
    ...steps.map((step, at) => `  ${at + 1}. ${stepInWords(step)}`),
  ];
}

function appLines({ app, token, wanted }: Connection): string[] {
  const lines = [`wanted    ${wanted.callback ?? "an address that is not known: set PUBLIC_URL"}`];
  if (app === undefined) return [...lines, "app       not known"];
  const { name, id, callback, active, fields } = app;
  const rests = active === false ? " (not active)" : "";
  const byVersion = new Map<string, string[]>();
  for (const field of fields) {
    const version = field.version ?? "no version";
    byVersion.set(version, [...(byVersion.get(version) ?? []), field.name]);
  }
  return [
    ...lines,
    `app       ${name === undefined ? id : `${name} (${id})`}`,
    `callback  ${callback ?? "none"}${rests}`,
    ...[...byVersion].map(([version, names]) => `fields    ${version}: ${names.join(", ")}`),
    ...(token?.expiresAt === undefined ? [] : [`token     ends at ${token.expiresAt}`]),
  ];
}

function accountLines(account: ConnectedAccount): string[] {
  const { id, name, subscribed, otherApps, numbers } = account;
  const others = otherApps.map((app) => app.name ?? app.id).join(", ");
  const state = subscribed ? "subscribed" : "NOT subscribed";
  return [
    `account   ${name === undefined ? id : `${name} (${id})`}: ${state}${others === "" ? "" : `; also to ${others}`}`,
    ...numbers.map(numberLine),
  ];
}

function numberLine({ id, display, name, callback, by }: ConnectedNumber): string {
  const who = [display, name].filter(Boolean).join(" ");
  const where = callback === undefined ? "sends nowhere" : `→ ${callback}`;
  return `  ${who === "" ? id : `${who} (${id})`}  ${where}${by === undefined ? "" : `  by ${bys[by]}`}`;
}
