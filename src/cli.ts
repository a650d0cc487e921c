import { Command } from "commander";
import { packageVersion } from "./commands/base.ts";
import { registerEvents } from "./commands/events.ts";
import { registerMessage } from "./commands/message.ts";
import type { OpsFlags } from "./commands/ops-client.ts";
import { registerQuarantine } from "./commands/quarantine.ts";
import { registerRenormalize } from "./commands/renormalize.ts";
import { registerRoles } from "./commands/serve.ts";
import { registerSimulate } from "./commands/simulate.ts";
import { registerStatus } from "./commands/status.ts";
import { loadClient } from "./config/load-client.ts";

const { env } = process;

/** Flags win; the rest comes from the environment, `.env` and DATA_DIR/secrets.env, so that no token is copied. */
async function resolveOps(flags: OpsFlags) {
  const client = await loadClient(env);
  const token = flags.token ?? client.opsToken;
  return { url: flags.url ?? client.opsUrl, ...(token !== undefined && { token }) };
}

const program = new Command("waypost")
  .description("Receives WhatsApp webhooks, makes every item durable, and routes it.")
  .version(await packageVersion())
  .configureOutput({ outputError: (text, write) => write(text) })
  .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));

registerRoles(program, env);
registerSimulate(program, () => loadClient(env));
registerStatus(program, resolveOps);
registerEvents(program, resolveOps);
registerMessage(program, resolveOps);
registerQuarantine(program, resolveOps);
registerRenormalize(program, resolveOps);

await program.parseAsync();
