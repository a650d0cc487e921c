import type { Command } from "commander";
import type { QuarantineEntry } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { columns, cut, escapeControls, localTime, print, safeJson } from "./common/terminal.ts";

type Flags = OpsFlags & { readonly json?: true; readonly raw?: true };

const shown = 50;

/** `waypost quarantine`: the POSTs that could not be understood, and one of them whole. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("quarantine")
    .summary("show what could not be understood")
    .description(`Lists the newest ${shown} signed POSTs that could not be understood, and why.`)
    .option("--json", "one entry per line as JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) => runCommand(() => list(flags, resolve)));
  command
    .command("show")
    .summary("show one whole")
    .description("Shows one entry with its body. --url, --token and --json as above.")
    .argument("<id>", "its id, qrn_…")
    .option("--raw", "only the body, byte for byte")
    .action((id: string, _flags: Flags, self: Command) =>
      runCommand(() => show(id, self.optsWithGlobals<Flags>(), resolve)),
    );
  command
    .command("retry")
    .summary("read one again")
    .description(
      "Publishes what can be understood now, and closes the entry where nothing is left.",
    )
    .argument("<id>", "its id, qrn_…")
    .action((id: string, _flags: Flags, self: Command) =>
      runCommand(() => retry(id, self.optsWithGlobals<Flags>(), resolve)),
    );
}

async function retry(id: string, flags: Flags, resolve: ResolveOps): Promise<number> {
  const { understood, published, problems, closed } = await askOps(flags, resolve, (client) =>
    client.post("/api/quarantine/{id}/retry", { path: { id } }),
  );
  const rest = closed
    ? "Nothing is left: the entry is closed."
    : `${problems.length} problems stay.`;
  print(`${understood} events understood, ${published.length} of them new. ${rest}`);
  for (const problem of problems)
    print(cut(`  ${escapeControls(problemText(problem))}`, columns()));
  return 0;
}

async function list(flags: Flags, resolve: ResolveOps): Promise<number> {
  let count = 0;
  await askOps(flags, resolve, async (client) => {
    for await (const entry of client.list("/api/quarantine", { max: shown })) {
      count += 1;
      if (flags.json) print(safeJson(entry));
      else for (const line of entryLines(entry)) print(line);
    }
  });
  if (count === 0) process.stderr.write("The quarantine is empty.\n");
  return 0;
}

/** The id is shown whole, or it could not be copied. */
function entryLines(entry: QuarantineEntry): string[] {
  const [first, ...more] = entry.problems;
  const others = more.length > 0 ? ` (and ${more.length} more)` : "";
  const why = first === undefined ? "no reason was kept" : `${problemText(first)}${others}`;
  return [headLine(entry), cut(`  ${escapeControls(why)}`, columns())];
}

function headLine({ receivedAt, id, bytes, source }: QuarantineEntry): string {
  const from = source === undefined ? "" : `  ${escapeControls(source)}`;
  return `${localTime(receivedAt)}  ${escapeControls(id)}  ${bytes} bytes${from}`;
}

function problemText({ path, reason }: QuarantineEntry["problems"][number]): string {
  return path === "" ? reason : `${path}: ${reason}`;
}

async function show(id: string, flags: Flags, resolve: ResolveOps): Promise<number> {
  const entry = await askOps(flags, resolve, (client) =>
    client.get("/api/quarantine/{id}", { path: { id } }),
  );
  // Only lists leave out the bytes of large ones.
  const body = Buffer.from(entry.dataBase64 ?? "", "base64");
  if (flags.raw) process.stdout.write(body);
  else if (flags.json) print(safeJson(entry));
  else {
    print(headLine(entry));
    for (const problem of entry.problems) print(`  ${escapeControls(problemText(problem))}`);
    print(escapeControls(body.toString("utf8")));
  }
  return 0;
}
