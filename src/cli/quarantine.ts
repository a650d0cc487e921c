import type { Command } from "commander";
import type { Client, QuarantineEntry } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, allOf, asking, asksOps } from "./common/ops-command.ts";
import { escapeControls, fitted, localTime, print, show, showEach } from "./common/terminal.ts";

const shown = 50;

/** `waypost quarantine`: the POSTs that could not be understood, and one of them whole. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("quarantine")
    .summary("show what could not be understood")
    .description(`Lists the newest ${shown} signed POSTs that could not be understood, and why.`)
    .option("--json", "one entry per line as JSON");
  asksOps(command, resolve, list);
  command
    .command("show")
    .summary("show one whole")
    .description("Shows one entry with its body. --url, --token and --json as above.")
    .argument("<id>", "its id, qrn_…")
    .option("--raw", "only the body, byte for byte")
    .action(asking(resolve, showWhole));
  command
    .command("retry")
    .summary("read one again")
    .description(
      "Publishes what can be understood now, and closes the entry where nothing is left.",
    )
    .argument("<id>", "its id, qrn_…")
    .action(asking(resolve, retry));
}

async function retry(client: Client, _flags: AskFlags, id: string): Promise<void> {
  const answer = await client.post("/api/quarantine/{id}/retry", { path: { id } });
  const { understood, published, problems, closed } = answer;
  const rest = closed
    ? "Nothing is left: the entry is closed."
    : `${problems.length} problems stay.`;
  print(`${understood} events understood, ${published.length} of them new. ${rest}`);
  for (const problem of problems) print(fitted(`  ${problemText(problem)}`));
}

async function list(client: Client, { json }: AskFlags): Promise<void> {
  const entries = await allOf(client.list("/api/quarantine", { max: shown }));
  showEach(entries, json, entryLines, "The quarantine is empty.");
}

/** The id is shown whole, or it could not be copied. */
function entryLines(entry: QuarantineEntry): string[] {
  const [first, ...more] = entry.problems;
  const others = more.length > 0 ? ` (and ${more.length} more)` : "";
  const why = first === undefined ? "no reason was kept" : `${problemText(first)}${others}`;
  return [headLine(entry), fitted(`  ${why}`)];
}

function headLine({ receivedAt, id, bytes, source }: QuarantineEntry): string {
  const from = source === undefined ? "" : `  ${source}`;
  return escapeControls(`${localTime(receivedAt)}  ${id}  ${bytes} bytes${from}`);
}

function problemText({ path, reason }: QuarantineEntry["problems"][number]): string {
  return path === "" ? reason : `${path}: ${reason}`;
}

async function showWhole(
  client: Client,
  { raw, json }: AskFlags & { readonly raw?: true },
  id: string,
): Promise<void> {
  const entry = await client.get("/api/quarantine/{id}", { path: { id } });
  // Only lists leave out the bytes of large ones.
  const body = Buffer.from(entry.dataBase64 ?? "", "base64");
  if (raw) process.stdout.write(body);
  else show(entry, json, () => wholeLines(entry, body.toString("utf8")));
}

function wholeLines(entry: QuarantineEntry, body: string): string[] {
  const problems = entry.problems.map((problem) => `  ${problemText(problem)}`);
  return [headLine(entry), ...problems, body].map(escapeControls);
}
