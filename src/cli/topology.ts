import type { Command } from "commander";
import type { Answer, Client, Destination } from "../client/client.ts";
import { confirmHere } from "./add/questions.ts";
import type { CommandParts } from "./common/command.ts";
import { exitCodes } from "./common/ops-client.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { escapeControls, show } from "./common/terminal.ts";

type Flags = AskFlags & { readonly yes?: true; readonly force?: true };

type Pruned = Answer<"POST", "/api/topology/prune">;

/** `waypost topology`: removes what destinations that are no longer configured have left, and dead messages. */
export function register(program: Command, { resolve }: CommandParts): void {
  const topology = program.command("topology").description("looks after the queues");
  const dropping = topology
    .command("drop-dead")
    .summary("delete what lies in a queue's dead queue")
    .description(
      "Deletes for good, after a question, the messages in a queue's dead queue: those that are no events. `waypost status` says where there are any.",
    )
    .argument("<queue>", "such as waypost.store, or waypost.dead.waypost.store")
    .option("--yes", "without the question")
    .option("--json", "as one line of JSON");
  asksOps(dropping, resolve, dropDead);
  const pruning = topology
    .command("prune")
    .summary("remove the queues of former destinations")
    .description(
      "Removes, after a question, the queues of destinations that waypost.yaml no longer has. Only while every role runs with the same configuration.",
    )
    .option("--yes", "without the question")
    .option("--force", "also where messages wait or deliveries are open; those end as dead")
    .option("--json", "as one line of JSON");
  asksOps(pruning, resolve, prune);
}

async function prune(client: Client, flags: Flags): Promise<number> {
  const { items } = await client.get("/api/destinations");
  const left = items.filter(({ state }) => state === "removed");
  if (left.length > 0 && !flags.yes && !(await agreed(left, flags))) return exitCodes.wrong;
  const body = { force: flags.force ?? false };
  const pruned: Pruned =
    left.length === 0
      ? { removed: [], kept: [] }
      : await client.post("/api/topology/prune", { body });
  show(pruned, flags.json, (all) => prunedLines(all).map(escapeControls));
  return pruned.kept.length > 0 ? exitCodes.wrong : 0;
}

async function dropDead(client: Client, { yes, json }: Flags, queue: string): Promise<number> {
  const question = `Delete for good what lies in the dead queue of ${queue}?`;
  if (!yes && !(await ask(question))) return exitCodes.wrong;
  const answer = await client.post("/api/topology/drop-dead", { body: { queue } });
  show(answer, json, ({ dropped }) =>
    dropped === 1 ? "1 message is gone." : `${dropped} messages are gone.`,
  );
  return 0;
}

function agreed(left: readonly Destination[], { force }: Flags): Promise<boolean> {
  const names = left.map(({ name, open }) => `${name} (${open} open)`).join(", ");
  return ask(`Remove the queues of ${names}${force ? " and end their open deliveries" : ""}?`);
}

function ask(question: string): Promise<boolean> {
  return confirmHere(`${question} [y/N]`, "say --yes.");
}

function prunedLines({ removed, kept }: Pruned): string[] {
  if (removed.length === 0 && kept.length === 0) return ["Nothing is left of former destinations."];
  return [
    ...removed.map((name) => `removed  ${name}`),
    ...kept.map(({ name, reason }) => `kept     ${name}: ${reason}`),
    ...(kept.length > 0 ? ["`--force` removes them all the same."] : []),
  ];
}
