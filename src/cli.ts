import { Command } from "commander";
import { registerDeliveries } from "./cli/deliveries.ts";
import { registerDestinations } from "./cli/destinations.ts";
import { registerEvents } from "./cli/events.ts";
import { registerMessage } from "./cli/message.ts";
import type { OpsFlags } from "./cli/ops-client.ts";
import { registerQuarantine } from "./cli/quarantine.ts";
import { registerRenormalize } from "./cli/renormalize.ts";
import { registerStatus } from "./cli/status.ts";
import { registerTopology } from "./cli/topology.ts";
import { loadClient } from "./config/load-client.ts";
import { packageVersion } from "./support/package-version.ts";

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

/** These only ask a running Waypost: they answer at once, for nothing of a server is loaded. */
const asking = {
  status: registerStatus,
  events: registerEvents,
  message: registerMessage,
  quarantine: registerQuarantine,
  deliveries: registerDeliveries,
  destinations: registerDestinations,
  topology: registerTopology,
  renormalize: registerRenormalize,
};

const [, , named = ""] = process.argv;
if (!Object.hasOwn(asking, named)) {
  const { registerActing } = await import("./cli/register-acting.ts");
  registerActing(program, env, resolveOps);
}
for (const register of Object.values(asking)) register(program, resolveOps);

await program.parseAsync();
