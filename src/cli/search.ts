import type { Command } from "commander";
import type { Answer } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import {
  columns,
  cut,
  escapeControls,
  localTime,
  pad,
  print,
  safeJson,
} from "./common/terminal.ts";

type Flags = OpsFlags & { readonly json?: true };
type Hit = Answer<"POST", "/api/search">["items"][number];

/** `waypost search <anything>`: whatever it is that you have. */
export function register(program: Command, { resolve }: CommandParts): void {
  program
    .command("search")
    .summary("find whatever it is that you have")
    .description(
      "Finds a phone number in any writing, any id (of an event, a POST, a message, a delivery, a conversation, a contact, a ticket, a Slack thread; also the link to it), a name, or words.",
    )
    .argument("<anything...>", "several words are one question")
    .option("--json", "one hit per line as JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((words: string[], flags: Flags) => runCommand(() => search(words, flags, resolve)));
}

async function search(words: string[], flags: Flags, resolve: ResolveOps): Promise<number> {
  const { items } = await askOps(flags, resolve, (client) =>
    client.post("/api/search", { body: { q: words.join(" ") } }),
  );
  for (const hit of items) {
    if (flags.json) print(safeJson(hit));
    else for (const line of hitLines(hit)) print(cut(line, columns()));
  }
  if (items.length === 0) process.stderr.write("Nothing is found.\n");
  return 0;
}

/** What it is, and below where it leads, whole, so that it can be copied. */
function hitLines({ kind, id, title, detail, at, event, conversation }: Hit): string[] {
  const when = at === undefined ? [] : [localTime(at)];
  const ids = [...new Set([id, event, conversation].filter((each) => each !== undefined))];
  return [
    [pad(kind, 12), title, ...(detail === undefined ? [] : [`(${detail})`])].join("  "),
    `  ${[...when, ...ids].join("  ")}`,
  ].map(escapeControls);
}
