import type { Command } from "commander";
import type { Client } from "../../client/client.ts";
import {
  askOps,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./ops-client.ts";

export type AskFlags = OpsFlags & { readonly json?: true };

/** Asks the ops API for a command; answers with its exit code, which is 0 where it says none. */
type Run<F, A extends unknown[]> = (
  client: Client,
  flags: F,
  ...args: A
) => Promise<number> | Promise<void>;

/** A command with `--url` and `--token` that asks the ops API. */
export function asksOps<F extends AskFlags, A extends unknown[]>(
  command: Command,
  resolve: ResolveOps,
  run: Run<F, A>,
): void {
  command.addOption(urlOption).addOption(tokenOption).action(asking(resolve, run));
}

/** What such a command does, also one below it, which takes the flags of the one above too. */
export function asking<F extends AskFlags, A extends unknown[]>(
  resolve: ResolveOps,
  run: Run<F, A>,
) {
  return (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const flags: F = { ...command.optsWithGlobals<F>(), ...command.opts<Partial<F>>() };
    const args = given.slice(0, -2) as A;
    return runCommand(async () => {
      const ask = (client: Client): Promise<unknown> => run(client, flags, ...args);
      const code = await askOps(flags, resolve, ask);
      return typeof code === "number" ? code : 0;
    });
  };
}

/** All that a list gives. */
export async function allOf<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of list) all.push(each);
  return all;
}
