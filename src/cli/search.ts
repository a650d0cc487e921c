import type { Command } from "commander";
import type { Answer } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { fitted, localTime, pad, showEach } from "./common/terminal.ts";

type Hit = Answer<"POST", "/api/search">["items"][number];

/** `waypost search <anything>`: whatever it is that you have. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("search")
    .summary("find whatever it is that you have")
    .description(
      "Finds a phone number in any writing, any id (of an event, a POST, a message, a delivery, a conversation, a contact, a ticket, a Slack thread; also the link to it), a name, or words.",
    )
    .argument("<anything...>", "several words are one question")
    .option("--json", "one hit per line as JSON");
  asksOps(command, resolve, async (client, { json }: AskFlags, words: string[]) => {
    const { items } = await client.post("/api/search", { body: { q: words.join(" ") } });
    showEach(items, json, hitLines, "Nothing is found.");
  });
}

/** What it is, and below where it leads, whole, so that it can be copied. */
function hitLines({ kind, id, title, detail, at, event, conversation }: Hit): string[] {
  const when = at === undefined ? [] : [localTime(at)];
  const ids = [...new Set([id, event, conversation].filter((each) => each !== undefined))];
  return [
    [pad(kind, 12), title, ...(detail === undefined ? [] : [`(${detail})`])].join("  "),
    `  ${[...when, ...ids].join("  ")}`,
  ].map(fitted);
}
