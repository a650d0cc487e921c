import type { Command } from "commander";
import type { CommandParts } from "./common/command.ts";
import { addRole } from "./common/role.ts";

export function register(program: Command, { env }: CommandParts): void {
  addRole(program, { role: "ops", runs: "the API", env });
}
