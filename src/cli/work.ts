import type { Command } from "commander";
import type { CommandParts } from "./common/command.ts";
import { addRole } from "./common/role.ts";

export function register(program: Command, { env }: CommandParts): void {
  addRole(program, {
    role: "work",
    runs: "the consumers: the store and the destinations",
    env,
  }).option("--only <names>", "store, intake and names of destinations, comma-separated");
}
