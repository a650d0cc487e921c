import type { Command } from "commander";
import type { Role } from "../config/config.ts";
import { catchHangups } from "../support/hangups.ts";
import { runCommand } from "./common/ops-client.ts";

const roles: Record<Role, string> = {
  start: "receiver, worker and ops together",
  receive: "the public endpoint",
  work: "the consumers: the store and the destinations",
  ops: "the API",
};

export function registerRoles(program: Command, env: NodeJS.ProcessEnv): void {
  for (const role of Object.keys(roles) as Role[]) {
    const command = program.command(role).description(`runs ${roles[role]}`);
    if (role === "work") {
      command.option("--only <names>", "store, intake and names of destinations, comma-separated");
    }
    command.action(({ only }: { only?: string }) =>
      runCommand(async () => {
        catchHangups();
        const { runRole } = await import("../app/serve.ts");
        await runRole(env, role, only?.split(","));
        return 0;
      }),
    );
  }
}
