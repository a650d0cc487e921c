import type { ConnectedAccount, ConnectedApp, ConnectedToken, Connection } from "../contracts.ts";
import { findDrift } from "./find-drift.ts";
import { type GraphAccess, graphGet, graphList, isRecord } from "./graph.ts";
import type { ConnectionOptions, GraphAnswers } from "./graph-answers.ts";
import { GraphError } from "./graph-error.ts";
import { readAccount } from "./read-account.ts";
import { tryCallback } from "./try-callback.ts";

/** What the app's own calls need. */
interface AppAccess extends GraphAccess {
  readonly appId: string;
  readonly secret: string;
}

export interface ReadConnection {
  readonly connection: Connection;
  /** Absent: Meta does not take the app's id with any of the secrets. */
  readonly app?: AppAccess;
  /** Absent: Meta does not take the access token. */
  readonly user?: GraphAccess;
}

/** Asks Graph how it sends. Changes nothing; never rejects for what it is told. */
export async function readConnection(options: ConnectionOptions): Promise<ReadConnection> {
  const trying = tryFromHere(options);
  const found = await readToken(options);
  const appId = options.appId ?? found.token?.appId;
  const read = appId === undefined ? {} : await readApp(appId, options);
  // Only for its own app is the secret a proof.
  const proves = read.access !== undefined && found.token?.appId === read.access.appId;
  const user = found.access && { ...found.access, ...(proves && { secret: read.access.secret }) };
  const { accounts, refused } = await readAccounts(user, read.app?.id ?? appId, found, options);
  const answers: GraphAnswers = {
    ...(read.app && { app: withName(read.app, found) }),
    ...(read.failure && { appFailure: read.failure }),
    ...(found.token && { token: found.token }),
    ...(found.failure && { tokenFailure: found.failure }),
    accounts: accounts.map((each) => withCallbacks(each, read.app?.callback)),
    refused,
    ...(await trying),
  };
  const connection = toConnection(answers, options);
  return { connection, ...(read.access && { app: read.access }), ...(user && { user }) };
}

function toConnection(answers: GraphAnswers, options: ConnectionOptions): Connection {
  const { callback, fields } = options;
  const problems = findDrift(answers, options, new Date());
  const { app, token, accounts } = answers;
  return {
    at: new Date().toISOString(),
    ok: problems.every(({ level }) => level === "note"),
    wanted: { ...(callback !== undefined && { callback }), fields },
    ...(app && { app }),
    ...(token && { token }),
    accounts,
    problems,
  };
}

async function tryFromHere({ callback, verifyToken }: ConnectionOptions) {
  if (callback === undefined || verifyToken === undefined) return {};
  const tried = await tryCallback(callback, verifyToken);
  return tried === undefined ? {} : { tried };
}

interface ReadApp {
  readonly app?: ConnectedApp;
  readonly access?: AppAccess;
  readonly failure?: GraphError;
}

/** With the first secret that Meta takes. */
async function readApp(appId: string, options: ConnectionOptions): Promise<ReadApp> {
  const { graphUrl, appSecrets, signal } = options;
  let failure: GraphError | undefined;
  for (const secret of appSecrets) {
    // Its own token is no user's: it needs no proof.
    const asked: GraphAccess = { graphUrl, token: `${appId}|${secret}`, signal };
    try {
      const all = await graphList(asked, `${appId}/subscriptions`);
      const own = all.find(({ object }) => object === "whatsapp_business_account") ?? {};
      return { app: toApp(appId, own), access: { ...asked, appId, secret } };
    } catch (error) {
      failure = graphError(error);
      if (failure.failure !== "token") return { failure };
    }
  }
  return failure === undefined ? {} : { failure };
}

function toApp(id: string, { callback_url, active, fields }: Record<string, unknown>) {
  const told = Array.isArray(fields) ? fields.filter(isRecord) : [];
  return {
    id,
    ...(typeof callback_url === "string" && callback_url !== "" && { callback: callback_url }),
    ...(typeof active === "boolean" && { active }),
    fields: told.map(({ name, version }) => ({
      name: String(name),
      ...(typeof version === "string" && { version }),
    })),
  };
}

interface FoundToken {
  readonly token?: ConnectedToken;
  readonly access?: GraphAccess;
  readonly failure?: GraphError;
  readonly appName?: string;
  /** Accounts that it was made for; none: not said. */
  readonly wabaIds: readonly string[];
}

/** The token is asked about with itself: that works whatever app is configured. */
async function readToken({
  graphUrl,
  accessToken,
  signal,
}: ConnectionOptions): Promise<FoundToken> {
  if (accessToken === undefined) return { wabaIds: [] };
  const access: GraphAccess = { graphUrl, token: accessToken, signal };
  try {
    const { data } = await graphGet(access, "debug_token", { input_token: accessToken });
    const told = isRecord(data) ? data : {};
    if (told["is_valid"] === false) {
      return { failure: new GraphError("token", "Meta says that it is not valid"), wabaIds: [] };
    }
    const { application } = told;
    const appName = typeof application === "string" ? { appName: application } : {};
    return { token: toToken(told), access, ...appName, wabaIds: targetsOf(told) };
  } catch (error) {
    return { failure: graphError(error), wabaIds: [] };
  }
}

function toToken(told: Record<string, unknown>): ConnectedToken {
  const { app_id: appId, scopes, expires_at: expires } = told;
  return {
    ...(appId !== undefined && { appId: String(appId) }),
    scopes: Array.isArray(scopes) ? scopes.map(String) : [],
    ...(typeof expires === "number" &&
      expires > 0 && { expiresAt: new Date(expires * 1_000).toISOString() }),
  };
}

function targetsOf({ granular_scopes: scopes }: Record<string, unknown>): string[] {
  const all = Array.isArray(scopes) ? scopes.filter(isRecord) : [];
  return all
    .filter(({ scope }) => String(scope).startsWith("whatsapp_business_"))
    .flatMap(({ target_ids: ids }) => (Array.isArray(ids) ? ids.map(String) : []));
}

/** A few at a time: Graph counts. */
const atATime = 4;

async function readAccounts(
  access: GraphAccess | undefined,
  appId: string | undefined,
  found: FoundToken,
  options: ConnectionOptions,
) {
  const accounts: ConnectedAccount[] = [];
  const refused: { id: string; error: GraphError }[] = [];
  if (access === undefined) return { accounts, refused };
  const named = Object.values(options.accounts).flatMap(({ wabaId }) => wabaId ?? []);
  const ids = [...new Set([...options.wabaIds, ...named, ...found.wabaIds])];
  for (let from = 0; from < ids.length; from += atATime) {
    const some = ids.slice(from, from + atATime).map(async (id) => {
      try {
        accounts.push(await readAccount(access, id, appId));
      } catch (error) {
        refused.push({ id, error: graphError(error) });
      }
    });
    await Promise.all(some);
  }
  return { accounts: accounts.sort((a, b) => a.id.localeCompare(b.id)), refused };
}

function withName(app: ConnectedApp, { token, appName }: FoundToken): ConnectedApp {
  return appName !== undefined && token?.appId === app.id ? { ...app, name: appName } : app;
}

/** By Meta's order: the number's own, the account's, the app's. */
function withCallbacks(account: ConnectedAccount, app: string | undefined): ConnectedAccount {
  const numbers = account.numbers.map((number) => {
    if (number.override !== undefined) {
      return { ...number, callback: number.override, by: "number" as const };
    }
    if (account.override !== undefined) {
      return { ...number, callback: account.override, by: "account" as const };
    }
    return app === undefined ? number : { ...number, callback: app, by: "app" as const };
  });
  return { ...account, numbers };
}

function graphError(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  throw error;
}
