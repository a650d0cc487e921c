import type { Command } from "commander";
import type { Contact } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { fitted, localTime, show } from "./common/terminal.ts";

/** `waypost contact <id or phone>`: who it is, over all numbers. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("contact")
    .summary("show who a contact is")
    .description(
      "Shows one contact, over all numbers: their ids, tags, fields, owner and consent, and when they first wrote.",
    )
    .argument("<id>", "a contact id, a BSUID, or a phone number in any writing")
    .option("--json", "as one line of JSON");
  asksOps(command, resolve, async (client, { json }: AskFlags, id: string) => {
    show(await client.get("/api/contacts/{id}", { path: { id } }), json, contactLines);
  });
}

function contactLines(contact: Contact): string[] {
  const { id, name, username, phones, userIds, tags, fields, owner, first } = contact;
  const rows: [string, string | undefined][] = [
    [
      id,
      [name, username && (username.startsWith("per_") ? username : `@${username}`)]
        .filter(Boolean)
        .join("  "),
    ],
    ["phones", phones.join("  ")],
    ["user ids", userIds.join("  ")],
    ["tags", tags.join("  ")],
    ...Object.entries(fields).map(([key, value]): [string, string] => [key, String(value)]),
    ["owner", owner && `${owner.name} (${owner.pool})`],
    ["consent", consentWords(contact)],
    ["wrote first", first && `${localTime(first.at)}  ${first.eventId}`],
  ];
  return rows.flatMap(([label, value], i) =>
    value || i === 0 ? fitted(`${label.padEnd(i === 0 ? 0 : 11)}  ${value}`.trimEnd()) : [],
  );
}

function consentWords({ consent }: Contact): string | undefined {
  const words = [
    ...(consent.stopped ? ["said stop: nothing is sent until they write again"] : []),
    ...(consent.marketing === "revoked" ? ["no offers"] : []),
  ];
  if (words.length === 0) return undefined;
  return `${words.join("; ")}${consent.at === undefined ? "" : `  ${localTime(consent.at)}`}`;
}
