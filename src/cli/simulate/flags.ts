import { type Command, InvalidArgumentError, Option } from "commander";
import { collect } from "../events.ts";
import type { Scenario } from "./traffic.ts";

/** The command line of `waypost simulate`, parsed. */
export interface SimulateFlags {
  readonly url?: string;
  readonly secret?: string;
  readonly verifyToken?: string;
  readonly type?: readonly string[];
  readonly fixture?: readonly string[];
  readonly scenario?: Exclude<Scenario, "hello">;
  readonly big?: boolean;
  readonly speed?: number;
  readonly count?: number;
  readonly rate?: number;
  /** In ms, as `timeout` and `retry`. */
  readonly duration?: number;
  readonly timeout?: number;
  readonly retry?: number | true;
  readonly connections?: number;
  readonly batch?: number;
  readonly duplicates?: number;
  readonly disorder?: number;
  readonly badSignatures?: number;
  readonly accounts?: number;
  readonly contacts?: number;
  readonly seed?: string;
  readonly challenge?: boolean;
  readonly json?: boolean;
  readonly save?: string;
}

/** Adds every option to the command. */
export function addFlags(command: Command): Command {
  return addRunFlags(addTrafficFlags(command));
}

function addTrafficFlags(command: Command): Command {
  return command
    .option(
      "--type <name>",
      "a message type, status, field or fixture; repeatable; `list` shows all",
      collect,
    )
    .option("--fixture <name>", "a golden payload of the package, or `all`; repeatable", collect)
    .addOption(
      new Option("--scenario <name>", "conversations, or a whole day of a business").choices([
        "conversation",
        "shop-day",
        "clinic-day",
      ]),
    )
    .option("--big", "POSTs of 1,000 messages and 3 MB")
    .option(
      "--speed <factor>",
      "how much faster a day passes (default 600; 0: as fast as it goes)",
      parseFrom(0),
    )
    .option("--count <n>", "how many POSTs", parseWhole(1))
    .option("--batch <n>", "items a POST, up to 1,000", parseWhole(1, 1000))
    .option("--duplicates <percent>", "POSTs that repeat an earlier one", parseFrom(0, 90))
    .option("--disorder <percent>", "items that come late", parseFrom(0, 100))
    .option(
      "--bad-signatures <percent>",
      "forged POSTs among them; they expect 401",
      parseFrom(0, 90),
    )
    .option("--accounts <n>", "phone numbers", parseWhole(1, 9000))
    .option("--contacts <n>", "people", parseWhole(1, 1_000_000))
    .option("--seed <seed>", "the same seed sends the same bytes");
}

function addRunFlags(command: Command): Command {
  return command
    .option(
      "--rate <n>",
      "POSTs a second, sent on schedule whatever the answers take",
      parseFrom(0.01, 100_000),
    )
    .option("--duration <time>", "stop after 30s, 5m, …", parseDuration)
    .option("--connections <n>", "connections, each with one POST at a time", parseWhole(1, 10_000))
    .option("--timeout <time>", "wait for one answer (default 10s)", parseDuration)
    .option(
      "--retry [time]",
      "repeat what is not answered 200, as Meta does, for up to this time (default 60s)",
      parseDuration,
    )
    .option("--challenge", "first do the GET handshake")
    .option("--json", "print the summary as JSON")
    .option("--save <dir>", "keep every POST as a file")
    .option("--url <url>", "the callback URL (default: the Waypost of this configuration)")
    .option("--secret <secret>", "the app secret to sign with (default: the configured one)")
    .option("--verify-token <token>", "for --challenge (default: the configured one)");
}

function parseFrom(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a number, ${range}.`);
  };
}

function parseWhole(least: number, most?: number): (text: string) => number {
  const parse = parseFrom(least, most);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError("It must be a whole number.");
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `30s`, `5m`, `1h`, or seconds without a unit; gives ms. */
function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError("Write it as 30s, 5m or 1h.");
  return Number(match[1]) * (units[match[2] ?? "s"] ?? 1000);
}
