import type { Accounts, ConnectedAccount, ConnectionProblem } from "../contracts.ts";
import { drift, failed } from "./drift.ts";
import type { GraphAnswers, Wanted } from "./graph-answers.ts";

/** Which accounts and numbers send here. Pure. */
export function accountDrift(answers: GraphAnswers, wanted: Wanted): ConnectionProblem[] {
  const { accounts, refused, token, app } = answers;
  const asked = token?.scopes.includes("whatsapp_business_management") ?? false;
  const expected = wanted.callback ?? app?.callback;
  return [
    ...(asked && accounts.length + refused.length === 0 ? [noAccount()] : []),
    ...refused.map(({ id, error }) => failed(error, `Account ${id}`)),
    ...accounts.flatMap((account) => [
      ...subscription(account),
      ...overrides(account, expected, wanted.accounts),
    ]),
    ...(refused.length === 0 && accounts.length > 0 ? strangers(accounts, wanted.accounts) : []),
  ];
}

function noAccount(): ConnectionProblem {
  const what = "No WhatsApp Business Account is known: the token does not name any.";
  const remedy = "Name it with --waba, or as `wabaId` of an account in waypost.yaml.";
  return drift("warning", "meta_not_asked", what, remedy);
}

function subscription({ id, name, subscribed, otherApps }: ConnectedAccount): ConnectionProblem[] {
  const account = name === undefined ? id : `${name} (${id})`;
  const problems: ConnectionProblem[] = [];
  if (!subscribed) {
    const what = `Account ${account} is not subscribed to the app: nothing of it comes.`;
    const remedy = "`waypost connect --apply` subscribes it; other apps stay.";
    const step = { act: "subscribe-account", account: id } as const;
    problems.push(drift("error", "meta_account_unsubscribed", what, remedy, step));
  }
  if (otherApps.length > 0) {
    const names = otherApps.map((app) => app.name ?? app.id).join(", ");
    const what = `Account ${account} also sends to other apps: ${names}.`;
    const remedy = "That is fine: each app has its own secret, and gets each webhook for itself.";
    problems.push(drift("note", "meta_account_unsubscribed", what, remedy));
  }
  return problems;
}

/** A number or an account that sends elsewhere; an error where waypost.yaml means it to send here. */
function overrides(
  account: ConnectedAccount,
  expected: string | undefined,
  named: Accounts,
): ConnectionProblem[] {
  const all = Object.values(named);
  const isMeant = (id: string) =>
    all.some(({ phoneNumberId, wabaId }) =>
      phoneNumberId === undefined ? wabaId === account.id : phoneNumberId === id,
    );
  const remedy =
    "`waypost connect --apply --overrides` takes it away, so that the app's callback counts.";
  const elsewhere = (override: string | undefined): override is string =>
    override !== undefined && override !== expected;
  const problems = account.numbers
    .filter(({ override }) => elsewhere(override))
    .map(({ id, display, override }) =>
      drift(
        isMeant(id) ? "error" : "note",
        "meta_override",
        `Number ${display ?? id} (${id}) sends to ${override}: an override of the number.`,
        remedy,
        { act: "remove-override", of: "number", id },
      ),
    );
  if (!elsewhere(account.override)) return problems;
  const follows = account.numbers.filter(({ override }) => override === undefined);
  const level = follows.some(({ id }) => isMeant(id)) ? "error" : "note";
  const what = `Account ${account.id} sends to ${account.override}: an override of the account, for ${follows.length} of its numbers.`;
  const step = { act: "remove-override", of: "account", id: account.id } as const;
  return [...problems, drift(level, "meta_override", what, remedy, step)];
}

/** Numbers of waypost.yaml that no account has. */
function strangers(accounts: readonly ConnectedAccount[], named: Accounts): ConnectionProblem[] {
  const seen = new Set(accounts.flatMap(({ numbers }) => numbers.map(({ id }) => id)));
  return Object.entries(named).flatMap(([name, { phoneNumberId }]) =>
    phoneNumberId === undefined || seen.has(phoneNumberId)
      ? []
      : [
          drift(
            "warning",
            "meta_account_unknown",
            `The number ${phoneNumberId} (${name} in waypost.yaml) is in none of the accounts that were looked at.`,
            "Name its account with --waba or as `wabaId`, or correct the id.",
          ),
        ],
  );
}
