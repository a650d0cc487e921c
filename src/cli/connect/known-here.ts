import { type Config, loadConfig } from "../../config/config.ts";
import { loadClient } from "../../config/load-client.ts";
import { loadRouting } from "../../config/load-routing.ts";
import type { Accounts } from "../../contracts.ts";
import { destinationKinds } from "../../destinations/kinds.ts";

/** What the environment, `.env`, DATA_DIR and waypost.yaml say. */
export interface KnownHere {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly verifyToken: string | undefined;
}

/** Throws ConfigError. */
export async function knownHere(env: NodeJS.ProcessEnv): Promise<KnownHere> {
  const config = await loadConfig(env, "start", { generate: false });
  const { accounts } = await loadRouting(env, destinationKinds);
  return { config, accounts, verifyToken: (await loadClient(env)).verifyToken };
}
