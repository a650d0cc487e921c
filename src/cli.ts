import { Command } from "commander";
import type { OpsFlags } from "./cli/common/ops-client.ts";
import { packageVersion } from "./support/package-version.ts";

const { env } = process;

/** What this environment says, for a command. */
async function loadClient() {
  return (await import("./config/load-client.ts")).loadClient(env);
}

/** Flags win; the rest comes from the environment, `.env` and DATA_DIR/secrets.env, so that no token is copied. */
async function resolveOps(flags: OpsFlags) {
  const client = await loadClient();
  const token = flags.token ?? client.opsToken;
  return { url: flags.url ?? client.opsUrl, ...(token !== undefined && { token }) };
}

const program = new Command("waypost")
  .description("Receives WhatsApp webhooks, makes every item durable, and routes it.")
  .version(await packageVersion())
  .configureOutput({ outputError: (text, write) => write(text) })
  .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));

async function addRoles() {
  (await import("./cli/roles.ts")).registerRoles(program, env);
}

/** How each command is added. */
const commands: Readonly<Record<string, () => Promise<void>>> = {
  start: addRoles,
  receive: addRoles,
  work: addRoles,
  ops: addRoles,
  simulate: async () => (await import("./cli/simulate.ts")).registerSimulate(program, loadClient),
  doctor: async () =>
    (await import("./cli/doctor.ts")).registerDoctor(program, { env, resolve: resolveOps }),
  connect: async () => (await import("./cli/connect.ts")).registerConnect(program, env),
  config: async () => {
    const { registerConfigCheck } = await import("./cli/config-check.ts");
    const { readRouting } = await import("./app/plan.ts");
    registerConfigCheck(program, env, readRouting);
  },
  routes: async () => {
    const { registerRoutesTest } = await import("./cli/routes-test.ts");
    const { previewDestination: preview } = await import("./app/destinations.ts");
    const { destinationKinds: kinds } = await import("./destinations/kinds.ts");
    registerRoutesTest(program, { env, kinds, preview, resolve: resolveOps });
  },
  status: async () => (await import("./cli/status.ts")).registerStatus(program, resolveOps),
  search: async () => (await import("./cli/search.ts")).registerSearch(program, resolveOps),
  timeline: async () => (await import("./cli/timeline.ts")).registerTimeline(program, resolveOps),
  conversations: async () =>
    (await import("./cli/conversations.ts")).registerConversations(program, resolveOps),
  events: async () => (await import("./cli/events.ts")).registerEvents(program, resolveOps),
  message: async () => (await import("./cli/message.ts")).registerMessage(program, resolveOps),
  contact: async () => (await import("./cli/contact.ts")).registerContact(program, resolveOps),
  quarantine: async () =>
    (await import("./cli/quarantine.ts")).registerQuarantine(program, resolveOps),
  deliveries: async () =>
    (await import("./cli/deliveries.ts")).registerDeliveries(program, resolveOps),
  destinations: async () =>
    (await import("./cli/destinations.ts")).registerDestinations(program, resolveOps),
  export: async () => (await import("./cli/export.ts")).registerExport(program, resolveOps),
  add: async () =>
    (await import("./cli/add.ts")).registerAdd(program, { env, resolve: resolveOps }),
  tokens: async () => (await import("./cli/tokens.ts")).registerTokens(program, resolveOps),
  audit: async () => (await import("./cli/audit.ts")).registerAudit(program, resolveOps),
  console: async () => (await import("./cli/console.ts")).registerConsole(program, resolveOps),
  init: async () => (await import("./cli/init.ts")).registerInit(program, env),
  reload: async () => (await import("./cli/reload.ts")).registerReload(program, resolveOps),
  report: async () => (await import("./cli/report.ts")).registerReport(program, resolveOps),
  replay: async () => (await import("./cli/replay.ts")).registerReplay(program, resolveOps),
  topology: async () => (await import("./cli/topology.ts")).registerTopology(program, resolveOps),
  renormalize: async () =>
    (await import("./cli/renormalize.ts")).registerRenormalize(program, resolveOps),
};

// The command that is named is loaded alone, so that it answers at once; all of them, to show what there is.
const [, , named = ""] = process.argv;
const adding = Object.hasOwn(commands, named) ? [commands[named]] : Object.values(commands);
if (["-V", "--version"].includes(named)) adding.length = 0;
for (const add of new Set(adding)) await add?.();

await program.parseAsync();
