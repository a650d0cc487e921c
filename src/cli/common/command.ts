import type { Command } from "commander";
import type { Client } from "../../config/load-client.ts";
import type { ResolveOps } from "./ops-client.ts";

/** What the command line gives to each command. */
export interface CommandParts {
  readonly env: NodeJS.ProcessEnv;
  /** Where the ops API is: flags win; the rest comes from the environment, `.env` and DATA_DIR/secrets.env. */
  readonly resolve: ResolveOps;
  /** What the environment says, for a command. */
  readonly client: () => Promise<Client>;
}

/** A file of `src/cli/`: it adds the command of its name. */
export interface CommandFile {
  register(program: Command, parts: CommandParts): void | Promise<void>;
}
