import type { Command } from "commander";
import type { Client } from "../client/client.ts";
import type { Renormalization, RenormalizationRequest } from "../contracts.ts";
import { addUp } from "../jobs/renormalize/tally.ts";
import { confirmHere } from "./add/questions.ts";
import type { CommandParts } from "./common/command.ts";
import { CommandError, exitCodes } from "./common/ops-client.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { summaryLines, toPublish } from "./common/renormalize-summary.ts";
import { print, safeJson } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";
import { collect } from "./events.ts";

interface Flags extends AskFlags {
  readonly from: string;
  readonly to?: string;
  readonly type?: readonly string[];
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `waypost renormalize`: what the present parser makes of what is stored; publishes it when told so. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("renormalize")
    .summary("read stored webhooks again, with the present parser")
    .description(
      "Runs the present parser over the raw of stored events and over quarantine, shows what would come out differently, and after a yes publishes it: a changed event under its own id with a higher dataversion, a recovered one for the first time. Destinations get only what they never had.",
    )
    .requiredOption(
      "--from <time>",
      "received since: 2h, 3d, 2026-11-20, 2026-11-20T08:30:00Z",
      parseTime,
    )
    .option("--to <time>", "received before (default: now)", parseTime)
    .option("--type <pattern>", "e.g. 'whatsapp.unrecognized.#'; repeat it for more", collect)
    .option("--dry-run", "show what would be published, publish nothing")
    .option("--yes", "publish without asking")
    .option("--json", "the summary as JSON");
  asksOps(command, resolve, renormalize);
}

type Range = Pick<RenormalizationRequest, "from" | "to" | "types">;

async function renormalize(client: Client, flags: Flags): Promise<number> {
  const range = {
    from: flags.from,
    to: flags.to ?? new Date().toISOString(),
    ...(flags.type && { types: flags.type }),
  };
  const found = await allSlices(client, { ...range, dryRun: true });
  if (!flags.json) for (const line of summaryLines(found)) print(line);
  const done =
    toPublish(found) > 0 && !flags.dryRun ? await publish(flags, client, range, found) : found;
  if (flags.json) print(safeJson(done));
  return done.counts.refused > 0 ? exitCodes.wrong : 0;
}

async function publish(
  flags: Flags,
  client: Client,
  range: Range,
  found: Renormalization,
): Promise<Renormalization> {
  if (!flags.yes && !(await confirmed(toPublish(found)))) {
    throw new CommandError("Nothing was published.", exitCodes.wrong);
  }
  const done = await allSlices(client, { ...range, dryRun: false });
  const { published } = done.counts;
  if (!flags.json) print(`Published ${published} events. The log has them within seconds.`);
  return done;
}

/** Slice after slice, with a sign of life where someone watches. */
async function allSlices(
  client: Client,
  request: RenormalizationRequest,
): Promise<Renormalization> {
  let sum: Renormalization | undefined;
  let cursor: string | undefined;
  for (;;) {
    const body = { ...request, cursor };
    sum = addUp(sum, await client.post("/api/renormalizations", { body }));
    if (sum.next === null) break;
    cursor = sum.next;
    const { events, quarantined, published } = sum.counts;
    const done = `${events} events, ${quarantined} POSTs read, ${published} published`;
    if (process.stderr.isTTY) process.stderr.write(`\r${done}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  return sum;
}

function confirmed(count: number): Promise<boolean> {
  return confirmHere(`Publish ${count} events? Type yes:`, "add --yes, or --dry-run.");
}
