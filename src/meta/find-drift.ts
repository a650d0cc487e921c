import type { ConnectionProblem } from "../contracts.ts";
import { accountDrift } from "./account-drift.ts";
import { appDrift } from "./app-drift.ts";
import { drift, failed } from "./drift.ts";
import type { GraphAnswers, Wanted } from "./graph-answers.ts";

/** What differs from what is wanted, errors first, each with its remedy. Pure. */
export function findDrift(answers: GraphAnswers, wanted: Wanted, now: Date): ConnectionProblem[] {
  const problems = [
    ...unasked(answers, wanted),
    ...tokenDrift(answers, wanted, now),
    ...appDrift(answers, wanted),
    ...accountDrift(answers, wanted),
  ];
  const order = ["error", "warning", "note"];
  return problems.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function unasked({ token }: GraphAnswers, wanted: Wanted): ConnectionProblem[] {
  const problems: ConnectionProblem[] = [];
  if (wanted.accessToken === undefined) {
    const what = "There is no Graph token: which accounts and numbers send here is not known.";
    const remedy =
      "Set META_ACCESS_TOKEN to a system user's token with whatsapp_business_management and whatsapp_business_messaging (docs/connect.md).";
    problems.push(drift("warning", "meta_not_asked", what, remedy));
  }
  const missing = [
    ...(wanted.appId === undefined && token?.appId === undefined ? ["META_APP_ID"] : []),
    ...(wanted.appSecrets.length === 0 ? ["WHATSAPP_APP_SECRET"] : []),
  ];
  if (missing.length > 0) {
    const what = `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing: the app's callback and fields are not known.`;
    const remedy = "Copy it from the App Dashboard, App settings → Basic.";
    problems.push(drift("warning", "meta_not_asked", what, remedy));
  }
  return problems;
}

const day = 86_400_000;
const wantedScopes = {
  whatsapp_business_management: "error",
  whatsapp_business_messaging: "warning",
} as const;

function tokenDrift(answers: GraphAnswers, wanted: Wanted, now: Date): ConnectionProblem[] {
  const { token, tokenFailure } = answers;
  if (tokenFailure) return [failed(tokenFailure, "META_ACCESS_TOKEN")];
  if (token === undefined) return [];
  const problems: ConnectionProblem[] = [];
  const { appId, scopes, expiresAt } = token;
  if (wanted.appId !== undefined && appId !== undefined && appId !== wanted.appId) {
    const what = `META_ACCESS_TOKEN was made for the app ${appId}, META_APP_ID is ${wanted.appId}.`;
    const remedy = "Give id, secret and token of the same app.";
    problems.push(drift("error", "meta_app", what, remedy));
  }
  for (const [scope, level] of Object.entries(wantedScopes)) {
    if (scopes.includes(scope)) continue;
    const remedy = "Generate a token with it: Business Settings → Users → System users.";
    problems.push(drift(level, "meta_rights", `META_ACCESS_TOKEN lacks ${scope}.`, remedy));
  }
  if (expiresAt !== undefined && Date.parse(expiresAt) - now.getTime() < 7 * day) {
    const remedy = "Generate a system user's token without an end.";
    problems.push(
      drift("warning", "meta_token", `META_ACCESS_TOKEN ends at ${expiresAt}.`, remedy),
    );
  }
  return problems;
}
