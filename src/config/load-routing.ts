import { readFile } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../support/describe-error.ts";
import { checkRouting } from "./check/check-routing.ts";
import { ConfigError, type ConfigProblem, firstOfEach } from "./config-error.ts";
import { readGiven } from "./env.ts";
import { fillPlaceholders } from "./placeholders.ts";
import type { RawRouting } from "./raw-routing.ts";
import type { Kinds, Routing } from "./routing.ts";
import { record } from "./shape.ts";
import { templateMark } from "./template-texts.ts";
import { toRouting } from "./to-routing.ts";
import { type PathProblem, parseYaml, type Report } from "./yaml-file.ts";

/** What is wrong with a routing that fits the schemas. */
export type TryOut = (routing: Routing) => Promise<readonly PathProblem[]>;

/**
 * The file that WAYPOST_CONFIG names, with its `${NAME}` filled from `env` and `.env`. No file is an empty
 * routing, unless WAYPOST_CONFIG was given. Rejects with a ConfigError that lists every problem. `written`: what the file is to hold.
 */
export async function loadRouting(
  env: NodeJS.ProcessEnv,
  kinds: Kinds,
  cwd: string = process.cwd(),
  tryOut: TryOut = async () => [],
  written?: string,
): Promise<Routing> {
  const problems: ConfigProblem[] = [];
  const given = await readGiven(env, cwd, problems);
  const { WAYPOST_CONFIG: named } = given;
  const file = path.resolve(cwd, named ?? "waypost.yaml");
  const text = written ?? (await readText(file, named !== undefined, problems));
  const yaml = parseYaml(text ?? "", path.basename(file), problems);
  const source = withoutEmptySections(yaml.value);
  const report: Report = (at, words) => problems.push({ where: yaml.where(at), ...words });
  const value = await fillPlaceholders(source, { given, cwd }, report);
  const checked = { value, source, kinds, report };
  checkRouting(checked);
  /* Loaded only where there is one: the language is much of what a command would load. */
  const language = mayHoldTemplates(text, checked) ? await loadLanguage() : undefined;
  language?.checkTemplates(checked);
  if (problems.length > 0) throw new ConfigError(firstOfEach(problems));
  const routing = toRouting(value as RawRouting, {
    ...checked,
    found: text !== undefined,
    templatesRead: language?.templateReads(checked) ?? (() => undefined),
  });
  for (const { path, ...words } of await tryOut(routing)) report(path, words);
  if (problems.length > 0) throw new ConfigError(firstOfEach(problems));
  return routing;
}

interface WithKinds {
  readonly source: unknown;
  readonly kinds: Kinds;
}

/** In the file, or as defaults of the kinds that it uses. */
function mayHoldTemplates(text: string | undefined, { source, kinds }: WithKinds): boolean {
  if (templateMark.test(text ?? "")) return true;
  const used = Object.values(record(record(source)["destinations"])).map(
    (destination) => record(destination)["kind"],
  );
  return used.some(
    (kind) => typeof kind === "string" && templateMark.test(schemaText(kinds, kind)),
  );
}

function schemaText(kinds: Kinds, kind: string): string {
  return JSON.stringify(kinds[kind]?.schema) ?? "";
}

async function loadLanguage() {
  const [{ checkTemplates }, { templateReads }] = await Promise.all([
    import("./check/check-templates.ts"),
    import("./check/template-reads.ts"),
  ]);
  return { checkTemplates, templateReads };
}

/** A section of which all entries are commented out is there, but null. */
function withoutEmptySections(value: unknown): unknown {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}

async function readText(
  file: string,
  mustExist: boolean,
  problems: ConfigProblem[],
): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT" || mustExist) {
      problems.push({
        where: "WAYPOST_CONFIG",
        problem: `its file cannot be read (${errorCode(error)})`,
        remedy: "Point it at a readable YAML file; waypost.example.yaml shows what goes in",
      });
    }
    return undefined;
  }
}
