import type { NamedAccounts } from "../event.ts";
import type { Account } from "../generated.ts";
import type { IntakeProblem } from "./intake-problem.ts";

const maxNamed = 20;

/** Of a name or of ids; the WABA of a number that waypost.yaml knows is added, so that all its events have one source. */
export function toAccount(
  told: string | Account | undefined,
  accounts: NamedAccounts,
  path: string,
): { readonly account?: Account; readonly problems: IntakeProblem[] } {
  if (told === undefined) return { problems: [] };
  if (typeof told !== "string") return { account: completed(told, accounts), problems: [] };
  const named = Object.hasOwn(accounts, told) ? accounts[told] : undefined;
  if (named !== undefined) return { account: idsOf(named), problems: [] };
  const remedy = `Use ${namesOf(accounts)}{ "phoneNumberId": "…" }`;
  const problem = "is no account of waypost.yaml";
  return { problems: [{ path, problem, remedy }] };
}

function completed(told: Account, accounts: NamedAccounts): Account {
  if (told.wabaId !== undefined) return told;
  const known = Object.values(accounts).find(
    ({ phoneNumberId }) => phoneNumberId !== undefined && phoneNumberId === told.phoneNumberId,
  );
  return known?.wabaId === undefined ? told : { wabaId: known.wabaId, ...told };
}

function idsOf({ wabaId, phoneNumberId }: Account): Account {
  return {
    ...(wabaId !== undefined && { wabaId }),
    ...(phoneNumberId !== undefined && { phoneNumberId }),
  };
}

function namesOf(accounts: NamedAccounts): string {
  const names = Object.keys(accounts).slice(0, maxNamed);
  return names.length === 0 ? "" : `one of ${names.join(", ")}, or `;
}
