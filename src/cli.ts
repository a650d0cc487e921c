import { Command } from "commander";
import { packageVersion } from "./commands/base.ts";
import { registerConfigCheck } from "./commands/config-check.ts";
import { previewDestination } from "./commands/deliver.ts";
import { registerDeliveries } from "./commands/deliveries.ts";
import { registerDestinations } from "./commands/destinations.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerEvents } from "./commands/events.ts";
import { registerMessage } from "./commands/message.ts";
import type { OpsFlags } from "./commands/ops-client.ts";
import { registerQuarantine } from "./commands/quarantine.ts";
import { registerRenormalize } from "./commands/renormalize.ts";
import { registerRoutesTest } from "./commands/routes-test.ts";
import { registerRoles } from "./commands/serve.ts";
import { registerSimulate } from "./commands/simulate.ts";
import { registerStatus } from "./commands/status.ts";
import { registerTopology } from "./commands/topology.ts";
import { loadClient } from "./config/load-client.ts";
import { destinationKinds } from "./destinations/kinds.ts";

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
registerDeliveries(program, resolveOps);
registerDestinations(program, resolveOps);
registerTopology(program, resolveOps);
registerDoctor(program, { env, resolve: resolveOps });
registerConfigCheck(program, env, destinationKinds);
registerRoutesTest(program, {
  env,
  kinds: destinationKinds,
  preview: previewDestination,
  resolve: resolveOps,
});
registerRenormalize(program, resolveOps);

await program.parseAsync();
