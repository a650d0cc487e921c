import { Command } from "commander";
import { commands } from "./cli/common/generated.ts";
import type { OpsFlags } from "./cli/common/ops-client.ts";
import { packageVersion } from "./support/package-version.ts";

const { env } = process;

/** What this environment says, for a command. */
async function client() {
  return (await import("./config/load-client.ts")).loadClient(env);
}

/** Flags win; the rest comes from the environment, `.env` and DATA_DIR/secrets.env, so that no token is copied. */
async function resolve(flags: OpsFlags) {
  const { opsToken, opsUrl } = await client();
  const token = flags.token ?? opsToken;
  return { url: flags.url ?? opsUrl, ...(token !== undefined && { token }) };
}

const program = new Command("waypost")
  .description("Receives WhatsApp webhooks, makes every item durable, and routes it.")
  .version(await packageVersion())
  .configureOutput({ outputError: (text, write) => write(text) })
  .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));

// The command that is named is loaded alone, so that it answers at once; all of them, to show what there is.
const [, , named = ""] = process.argv;
const wanted = commands.filter(({ name }) => name === named);
const adding = ["-V", "--version"].includes(named) ? [] : commands;
for (const { load } of wanted.length > 0 ? wanted : adding) {
  await (await load()).register(program, { env, client, resolve });
}

await program.parseAsync();
