import type { Command } from "commander";
import { createDestinations } from "../app/destinations.ts";
import { loadRouting } from "../config/load-routing.ts";
import type { DestinationSetup } from "../deliver/delivery.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { createLog } from "../support/log.ts";
import { type ConfigFile, configFileOf } from "./add/config-file.ts";
import { destinationIn, withDestination, withoutShadow } from "./add/edit-yaml.ts";
import { gatherOptions, type KindOptions } from "./add/options.ts";
import { askTerminal, type Questions } from "./add/questions.ts";
import { someEvent } from "./add/some-event.ts";
import { tryInShadow } from "./add/try-in-shadow.ts";
import { check, provide } from "./add/vendor.ts";
import type { CommandParts } from "./common/command.ts";
import { keepInEnv } from "./common/env-file.ts";
import {
  CommandError,
  exitCodes,
  type OpsFlags,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { escapeControls, print } from "./common/terminal.ts";

type Flags = OpsFlags & {
  readonly name?: string;
  readonly set: readonly string[];
  readonly when?: readonly string[];
  readonly yes?: true;
};

/** What a helpdesk or CRM wants to see of a conversation. */
const conversationTypes = [
  "whatsapp.message.*",
  "whatsapp.outgoing.*",
  "whatsapp.echo.*",
  "whatsapp.status.failed",
];

/** Kinds that write to people: which words, and when, nobody can guess. */
const unrouted: ReadonlySet<string> = new Set(["whatsapp-reply"]);

/** `waypost add <kind>`: a destination, from nothing to live. */
export function register(program: Command, parts: CommandParts): void {
  program
    .command("add")
    .summary("set up a destination, step by step")
    .description(
      "Writes the destination and a route to it into waypost.yaml, in shadow; checks the credentials; creates what the vendor must have; shows what it would do with an event; and takes it live. Each step is asked for first, and what was done stays: run it again to go on.",
    )
    .argument("<kind>", `one of ${Object.keys(destinationKinds).join(", ")}`)
    .option("--name <name>", "its name in waypost.yaml (default: the kind)")
    .option(
      "--set <option=value...>",
      "options of the kind; what it needs besides is asked for",
      [],
    )
    .option("--when <type...>", "types of the route to it (default: both sides of conversations)")
    .option("--yes", "confirms every step")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((kind: string, flags: Flags) => runCommand(() => add(kind, flags, parts)));
}

/** Throws CommandError for a kind that there is not, and for one that has nothing to be set up. */
function schemaOf(kind: string): object {
  const known = destinationKinds[kind];
  if (known !== undefined && kind !== "queue") return known.schema;
  const kinds = Object.keys(destinationKinds).join(", ");
  throw new CommandError(
    known === undefined
      ? `There is no kind ${kind}. There are: ${kinds}.`
      : "A queue has nothing to be set up: write it into waypost.yaml (docs/destinations/queue.md).",
  );
}

async function add(kind: string, flags: Flags, parts: CommandParts): Promise<number> {
  const schema = schemaOf(kind);
  const questions = askTerminal(flags.yes === true);
  try {
    const name = flags.name ?? kind;
    const file = await configFileOf(parts.env);
    const before = await file.read();
    // What is wrong in it already is mended first.
    const routing = before === "" ? undefined : await loadRouting(parts.env, destinationKinds);
    const there = destinationIn(before, name);
    if (there !== undefined && there.kind !== kind) {
      const words = `${file.shown} has ${name} already, of the kind ${there.kind}. Give this one another name, with --name.`;
      throw new CommandError(words);
    }
    if (there !== undefined) {
      const left = flags.set.length > 0 ? " as it stands there; --set is for a new one" : "";
      print(`${file.shown} has ${name} already: going on with it${left}.`);
      const unreached = `no route leads to the destination ${name}`;
      if (routing?.warnings.includes(unreached))
        print(`Note: ${unreached}, so nothing goes there.`);
    } else if (!(await writeBlock({ kind, name, file, flags, schema, parts }, questions))) {
      return exitCodes.wrong;
    }
    const outcome = await tryOut(name, file, { ...parts, flags, questions });
    if (outcome !== 0) {
      const where = `the block ${name} of ${file.shown}, its secrets in .env`;
      print(`Mend what has a ✗ (${where}), then run this again: it goes on from here.`);
    }
    return outcome;
  } finally {
    questions.close();
  }
}

interface Writing {
  readonly kind: string;
  readonly name: string;
  readonly file: ConfigFile;
  readonly flags: Flags;
  readonly schema: object;
  readonly parts: CommandParts;
}

/** False where the person at the terminal says no: nothing is written then. */
async function writeBlock(
  { kind, name, file, flags, schema, parts }: Writing,
  questions: Questions,
): Promise<boolean> {
  const given = Object.fromEntries(flags.set.map(readSetting));
  const before = await file.read();
  const { options, secrets } = await gatherOptions(kind, schema as KindOptions, given, {
    ...{ questions, env: file.given },
    isTaken: (variable) => before.includes(`\${${variable}}`),
  });
  const types = flags.when ?? (unrouted.has(kind) ? [] : conversationTypes);
  const text = withDestination(before, { name, block: { kind, ...options }, types });
  const names = Object.keys(secrets);
  // Nothing is written that a running Waypost would refuse.
  const { destination } = await createOne(name, { ...parts.env, ...secrets }, text);
  await destination.close();
  print(`Into ${file.shown}${names.length > 0 ? `, and ${names.join(", ")} into .env` : ""}:`);
  print(`  ${name}: ${JSON.stringify({ kind, ...options, shadow: true })}`);
  if (types.length > 0) print(`  a route to-${name}, for ${types.join(", ")}`);
  else print("  no route: what it writes, and when, your routes say");
  if (!(await questions.confirm("Write it?"))) {
    print("Nothing was written.");
    return false;
  }
  await keepInEnv(secrets);
  await file.write(text);
  return true;
}

function readSetting(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CommandError(`--set ${text}: write it as option=value.`);
}

type Trying = CommandParts & { readonly flags: Flags; readonly questions: Questions };

async function tryOut(name: string, file: ConfigFile, trying: Trying): Promise<number> {
  const setup = await createOne(name, trying.env);
  const { destination } = setup;
  try {
    const told = new Set<string>();
    const isReady = await check(destination, told);
    const made = await provide(destination, trying.questions, told);
    if (made === undefined) return exitCodes.wrong;
    // What was missing may be there now.
    if (!isReady && !(made > 0 && (await check(destination, told)))) return exitCodes.wrong;
    // Without a route's words there is nothing to try.
    if (!unrouted.has(destination.kind) && !(await tryOne(setup, trying))) return exitCodes.wrong;
  } finally {
    await destination.close();
  }
  if (destinationIn(await file.read(), name)?.shadow !== true) {
    print(`${name} is live in ${file.shown} already.`);
    return 0;
  }
  if (!(await trying.questions.confirm("Take it live?"))) {
    print(
      `It stays in shadow: its deliveries say what it would do. Take \`shadow\` out of ${file.shown} when they please you.`,
    );
    return 0;
  }
  await file.write(withoutShadow(await file.read(), name));
  print(`${name} is live in ${file.shown}. A Waypost that runs takes it with: waypost reload`);
  return 0;
}

async function tryOne(setup: DestinationSetup, trying: Trying): Promise<boolean> {
  const event = await someEvent(trying);
  const { ok, words } = await tryInShadow(setup, event);
  print(`${ok ? "✓" : "✗"} ${event.type} ${event.id}: ${escapeControls(words)}`);
  return ok;
}

/** `written`: what waypost.yaml is to hold. Throws ConfigError. */
async function createOne(
  name: string,
  env: NodeJS.ProcessEnv,
  written?: string,
): Promise<DestinationSetup> {
  const routing = await loadRouting(env, destinationKinds, process.cwd(), undefined, written);
  const config = routing.destinations[name];
  const one = { ...routing, destinations: config === undefined ? {} : { [name]: config } };
  const log = createLog({ level: "error" });
  const [setup] = await createDestinations(one, { log });
  if (setup !== undefined) return setup;
  throw new CommandError(`waypost.yaml has no destination ${name} any more.`, exitCodes.wrong);
}
