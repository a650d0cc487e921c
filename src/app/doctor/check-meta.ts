import type { Config } from "../../config/config.ts";
import { loadClient } from "../../config/load-client.ts";
import type { Accounts, DoctorFinding } from "../../contracts.ts";
import { readConnection } from "../../meta/read-connection.ts";
import { connectionOptions } from "../connection.ts";
import { bad, good } from "./check.ts";

/** Meta's side, as `waypost connect` sees it. Nothing where neither app nor token is known. */
export async function checkMetaSide(
  config: Config,
  accounts: Accounts,
  env: NodeJS.ProcessEnv,
): Promise<DoctorFinding[]> {
  if (config.meta.accessToken === undefined && config.meta.appId === undefined) return [];
  // One that Waypost made itself is not in the configuration here.
  const { verifyToken } = await loadClient(env);
  const asked = { ...connectionOptions(config, accounts), verifyToken };
  const { connection } = await readConnection(asked);
  const { app, accounts: seen, problems } = connection;
  const numbers = seen.flatMap((account) => account.numbers);
  const name = app === undefined ? "the app is not known" : (app.name ?? app.id);
  const found = `${name}: ${app?.fields.length ?? 0} fields, accounts: ${seen.length}, numbers: ${numbers.length}`;
  return [
    ...problems.map(({ kind, level, what, remedy }) =>
      level === "note" || kind === "meta_not_asked"
        ? good("meta", `note: ${what}`)
        : bad("meta", kind, what, remedy),
    ),
    ...(connection.ok ? [good("meta", found)] : []),
  ];
}
