import type { Config } from "../config/config.ts";
import type { Accounts, Connection } from "../contracts.ts";
import { knownFields } from "../meta/fields.ts";
import type { ConnectionOptions } from "../meta/graph-answers.ts";
import { readConnection } from "../meta/read-connection.ts";

const answerMs = 25_000;

/** Where Meta is to send; undefined: not known here. */
export function callbackOf({ publicUrl }: Pick<Config, "publicUrl">): string | undefined {
  return publicUrl === undefined ? undefined : `${publicUrl}/webhooks/whatsapp`;
}

/** What Graph is asked with, as this configuration has it; a secret that was generated here is none of Meta's. */
export function connectionOptions(
  config: Pick<Config, "meta" | "whatsapp" | "publicUrl" | "generated">,
  accounts: Accounts,
): ConnectionOptions {
  const { meta, whatsapp, generated } = config;
  return {
    graphUrl: meta.graphUrl,
    appId: meta.appId,
    appSecrets: generated.includes("WHATSAPP_APP_SECRET") ? [] : whatsapp.appSecrets,
    accessToken: meta.accessToken,
    wabaIds: [],
    accounts,
    callback: callbackOf(config),
    fields: knownFields,
    verifyToken: whatsapp.verifyTokens[0],
    signal: AbortSignal.timeout(answerMs),
  };
}

/** How Meta sends here, as Graph tells it now. Changes nothing. */
export async function askConnection(
  config: Parameters<typeof connectionOptions>[0],
  accounts: Accounts,
): Promise<Connection> {
  return (await readConnection(connectionOptions(config, accounts))).connection;
}
