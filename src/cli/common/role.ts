import type { Command } from "commander";
import type { Role } from "../../config/config.ts";
import { catchHangups } from "../../support/hangups.ts";
import type { CommandParts } from "./command.ts";
import { runCommand } from "./ops-client.ts";

interface Adding extends Pick<CommandParts, "env"> {
  readonly role: Role;
  readonly runs: string;
}

/** `waypost <role>`: runs until it is told to stop. */
export function addRole(program: Command, { role, runs, env }: Adding): Command {
  const command = program.command(role).description(`runs ${runs}`);
  return command.action(({ only }: { only?: string }) =>
    runCommand(async () => {
      catchHangups();
      const { runRole } = await import("../../app/serve.ts");
      await runRole(env, role, only?.split(","));
      return 0;
    }),
  );
}
