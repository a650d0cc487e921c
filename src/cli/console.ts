import type { Command } from "commander";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { show } from "./common/terminal.ts";

/** `waypost console`: a link that opens the console logged in. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("console")
    .summary("a link that opens the console, logged in")
    .description(
      "Prints a link to the console that logs in whoever opens it first, within 10 minutes, with what the token here may. It needs a token with the scope admin.",
    )
    .option("--json", "as one line of JSON");
  asksOps(command, resolve, async (client, flags: AskFlags) => {
    const { url } = await resolve(flags);
    const { code, expiresAt } = await client.post("/api/session/codes", {});
    const link = `${url.replace(/\/+$/, "")}/console#login=${code}`;
    show({ link, expiresAt }, flags.json, () => link);
    const words = "It works once, within 10 minutes. Whoever has it may what you may.\n";
    if (!flags.json) process.stderr.write(words);
  });
}
