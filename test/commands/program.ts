/** The commands that ask, as their own program: what the tests start as a child process. */
import { Command } from "commander";
import { registerDeliveries } from "../../src/commands/deliveries.ts";
import { registerDestinations } from "../../src/commands/destinations.ts";
import { registerEvents } from "../../src/commands/events.ts";
import { registerMessage } from "../../src/commands/message.ts";
import type { ResolveOps } from "../../src/commands/ops-client.ts";
import { registerQuarantine } from "../../src/commands/quarantine.ts";
import { registerRenormalize } from "../../src/commands/renormalize.ts";
import { registerStatus } from "../../src/commands/status.ts";
import { registerTopology } from "../../src/commands/topology.ts";

const resolve: ResolveOps = ({ url, token = process.env["FOUND_TOKEN"] }) => ({
  url: url ?? process.env["FOUND_URL"] ?? "http://127.0.0.1:1",
  ...(token === undefined ? {} : { token }),
});

const program = new Command("waypost").exitOverride(({ exitCode }) => {
  process.exit(exitCode === 0 ? 0 : 2);
});
for (const register of [
  registerDeliveries,
  registerDestinations,
  registerEvents,
  registerMessage,
  registerQuarantine,
  registerRenormalize,
  registerStatus,
  registerTopology,
]) {
  register(program, resolve);
}
await program.parseAsync();
