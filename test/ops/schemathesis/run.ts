/** schemathesis over the API, from PyPI into `.services/python`: requests made of `schemas/openapi.yaml`, answers held against it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonWith } from "../../examples/python-venv.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const home = fileURLToPath(new URL("../../../.services/python/", import.meta.url));
const document = fileURLToPath(new URL("../../../schemas/openapi.yaml", import.meta.url));
const { python, skip, install } = pythonWith(here("./requirements.txt"), home);

/** The options of a suite that needs it: skipped with a reason, but never where CI is set. */
export const needsSchemathesis = { skip };
export const installSchemathesis = install;

export interface Run {
  readonly url: string;
  /** For its configuration and what it keeps. */
  readonly folder: string;
  readonly name: string;
  readonly token: string;
  /** In turn, instead of `token`. */
  readonly tokens?: readonly string[];
  /** What is there, by `<location>.<parameter>`: half of the requests ask for that. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  readonly args: readonly string[];
}

export interface Outcome {
  readonly code: number | null;
  /** How many events of live tails were looked at. */
  readonly tails: number;
  /** What it printed; the end of it names every failure. */
  readonly output: string;
}

export async function runSchemathesis(run: Run): Promise<Outcome> {
  const config = join(run.folder, `${run.name}.toml`);
  await writeFile(config, toml(run.known));
  const told = join(run.folder, `${run.name}.json`);
  const args = ["--config-file", config, "run", document, "--url", run.url, ...run.args];
  const env = {
    PATH: process.env["PATH"],
    HOME: run.folder,
    SCHEMATHESIS_HOOKS: here("./hooks.py"),
    WAYPOST_TOKEN: run.token,
    WAYPOST_TOLD: told,
    ...(run.tokens && { WAYPOST_TOKENS: JSON.stringify(run.tokens) }),
  };
  // Its own script holds the path at which it was installed, before the folder had its name.
  const program = ["-c", "from schemathesis.cli import schemathesis; schemathesis()"];
  const child = spawn(python, [...program, ...args, "--no-color"], { env, cwd: run.folder });
  process.once("exit", () => child.kill("SIGKILL"));
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const [code] = (await once(child, "close")) as [number | null];
  const { tails } = JSON.parse(await readFile(told, "utf8")) as { tails: number };
  return { code, tails, output: Buffer.concat(chunks).toString() };
}

const refusals = [400, 401, 403, 404, 405, 406, 409, 415, 422, 428, 429, "5xx"];

function toml(known: Run["known"]): string {
  const lists = Object.entries(known).map(([where, values], at) => ({
    ...{ where, name: `known${at}` },
    values: JSON.stringify(values),
  }));
  return [
    "max-stream-events = 1",
    "[checks.negative_data_rejection]",
    // Its own list, and what is longer than addresses may be.
    `expected-statuses = ${JSON.stringify([...refusals, 431])}`,
    "[[operations]]",
    // It holds each event against the schema of the whole, which is a text: `tail_is_of_events` looks at them instead.
    `include-operation-id = "streamEvents"`,
    "checks.response_schema_conformance.enabled = false",
    "[auth.openapi.token]",
    `bearer = "\${WAYPOST_TOKEN}"`,
    "[generation]",
    "with-security-parameters = false",
    ...lists.flatMap(({ name, values }) => [`[dictionaries.${name}]`, `values = ${values}`]),
    "[parameters]",
    ...lists.map(({ where, name }) => `"${where}" = { dictionary = "${name}", probability = 0.5 }`),
    "",
  ].join("\n");
}
