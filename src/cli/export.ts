import { rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { constants } from "node:os";
import { type Command, Option } from "commander";
import type { CommandParts } from "./common/command.ts";
import {
  addDeliveryFilters,
  type DeliveryFilterFlags,
  deliveryQueryOf,
} from "./common/delivery-filters.ts";
import { CommandError, exitCodes, type OpsFlags } from "./common/ops-client.ts";
import { asksOps } from "./common/ops-command.ts";
import { addEventFilters, type EventFilterFlags, eventQueryOf } from "./events.ts";

type Format = "ndjson" | "csv";

interface Flags extends OpsFlags {
  readonly format: Format;
  readonly out?: string;
}

/** `waypost export`: all events or deliveries of a filter, as a file. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program.command("export").description("writes events or deliveries to a file");
  const events = command
    .command("events")
    .summary("all events of a filter")
    .description(
      "Writes all events of a filter, newest first. A file is there when it is whole, and not before.",
    );
  addFileFlags(addEventFilters(events));
  asksOps(events, resolve, async (client, { format, out, ...flags }: Flags & EventFilterFlags) => {
    const query = { ...eventQueryOf(flags), format };
    await write(await client.open("/api/export/events", { query }), format, out);
  });
  const deliveries = command
    .command("deliveries")
    .summary("all deliveries of a filter")
    .description(
      "Writes all deliveries of a filter. A file is there when it is whole, and not before.",
    );
  addFileFlags(addDeliveryFilters(deliveries));
  asksOps(
    deliveries,
    resolve,
    async (client, { format, out, ...flags }: Flags & DeliveryFilterFlags) => {
      const query = { ...deliveryQueryOf(flags), format };
      await write(await client.open("/api/export/deliveries", { query }), format, out);
    },
  );
}

function addFileFlags(command: Command): void {
  const formats = new Option("--format <format>", "a table, or a JSON object a line");
  command
    .addOption(formats.choices(["csv", "ndjson"]).default("ndjson"))
    .option("--out <file>", "where to (default: stdout)");
}

async function write(response: Response, format: Format, out: string | undefined): Promise<void> {
  const rows = rowsOf(response, format);
  if (out === undefined) for await (const chunk of rows) await print(chunk);
  else await writeWhole(out, rows);
}

/** The chunks as they come, counted where someone watches. Throws CommandError when the export breaks off. */
async function* rowsOf(response: Response, format: Format): AsyncGenerator<Uint8Array> {
  // Outside of a row's end there is neither: within JSON a line break is escaped, within a cell there is no CR.
  const rowEnd = format === "csv" ? 13 : 10;
  let rows = format === "csv" ? -1 : 0;
  const say = process.stderr.isTTY ? (text: string) => process.stderr.write(text) : () => false;
  try {
    for await (const chunk of response.body ?? []) {
      for (const byte of chunk) if (byte === rowEnd) rows += 1;
      say(`\r\u001b[K${counted(rows)}`);
      yield chunk;
    }
  } catch {
    throw new CommandError(
      `The export broke off after ${counted(rows)}: it is not whole. Run it again, or ask for less at a time, e.g. with --from and --to.`,
      exitCodes.unreachable,
    );
  } finally {
    say("\r\u001b[K");
  }
  process.stderr.write(`${counted(rows)}\n`);
}

function counted(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

function print(chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(chunk, () => resolve()));
}

/** Beside the file, for its owner alone, and renamed when all of it is on the disk. */
async function writeWhole(out: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${out}.${process.pid}.part`;
  // Before there is one: Ctrl-C right after it came would leave it.
  const removing = removeWhenStopped(part);
  const file = await open(part, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    removing.end();
    throw new CommandError(`${out} cannot be written (${error.code}).`);
  });
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
    await file.close();
    await rename(part, out);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  } finally {
    removing.end();
  }
}

/** Ctrl-C ends at once and leaves no part of a file. */
function removeWhenStopped(part: string): { end(): void } {
  const stop = (signal: NodeJS.Signals) => {
    rmSync(part, { force: true });
    process.stderr.write("The export was stopped; nothing of it is kept.\n");
    process.exit(128 + constants.signals[signal]);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return {
    end: () => void process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop),
  };
}
