import type { Command } from "commander";
import type { CommandParts } from "./common/command.ts";
import { askOps, type OpsFlags, runCommand, tokenOption, urlOption } from "./common/ops-client.ts";
import { print, safeJson } from "./common/terminal.ts";

/** `waypost console`: a link that opens the console logged in. */
export function register(program: Command, { resolve }: CommandParts): void {
  program
    .command("console")
    .summary("a link that opens the console, logged in")
    .description(
      "Prints a link to the console that logs in whoever opens it first, within 10 minutes, with what the token here may. It needs a token with the scope admin.",
    )
    .option("--json", "as one line of JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action(({ json, ...flags }: OpsFlags & { readonly json?: true }) =>
      runCommand(() =>
        askOps(flags, resolve, async (client) => {
          const { url } = await resolve(flags);
          const { code, expiresAt } = await client.post("/api/session/codes", {});
          const link = `${url.replace(/\/+$/, "")}/console#login=${code}`;
          if (json) print(safeJson({ link, expiresAt }));
          else {
            print(link);
            process.stderr.write(
              "It works once, within 10 minutes. Whoever has it may what you may.\n",
            );
          }
          return 0;
        }),
      ),
    );
}
