import { compileSchema } from "../../support/schema.ts";
import { CommandError } from "../common/ops-client.ts";
import type { Questions } from "./questions.ts";

interface OptionSchema {
  readonly type?: string;
  readonly description?: string;
  /** A secret where this other option is given. */
  readonly "x-secret-with"?: string;
  readonly "x-secret"?: boolean;
}

/** What a kind's own schema says of its options. */
export interface KindOptions {
  readonly required?: readonly string[];
  /** Sets of options of which one is needed, where the schema itself does not say so. */
  readonly "x-ask"?: readonly (readonly string[])[];
  readonly anyOf?: readonly { readonly required?: readonly string[] }[];
  readonly properties?: Readonly<Record<string, OptionSchema>>;
}

export interface Gathered {
  /** As they go into waypost.yaml. */
  readonly options: Readonly<Record<string, unknown>>;
  /** For `.env`, by the name that stands in the block. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The options of a new destination: those given, and the required ones that are asked for. A secret goes into the environment
 * under a name of its own, unless what is given is a `${NAME}` already, or the environment has that name. One that is given takes
 * no name that another destination reads.
 */
export async function gatherOptions(
  kind: string,
  schema: KindOptions,
  given: Readonly<Record<string, string>>,
  parts: {
    readonly questions: Pick<Questions, "ask">;
    readonly env: Readonly<Record<string, string>>;
    /** Whether the file names this variable. */
    readonly isTaken: (variable: string) => boolean;
  },
): Promise<Gathered> {
  const { required = [], properties = {} } = schema;
  const unknown = Object.keys(given).find((key) => properties[key] === undefined);
  if (unknown !== undefined) {
    const known = Object.keys(properties).join(", ");
    throw new CommandError(`${kind} has no option ${unknown}. It has: ${known}.`);
  }
  const options: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  const asked = [...required, ...alternative(schema, given)];
  for (const key of new Set([...asked, ...Object.keys(given)])) {
    const about = asGiven(properties[key] ?? {}, given);
    const variable = isSecretOption(about) ? variableName(kind, key) : undefined;
    const value =
      given[key] ?? knownIn(parts.env, variable) ?? (await askFor(key, about, parts.questions));
    const own = value.startsWith("${") ? undefined : freeOf(variable, parts.isTaken);
    options[key] = own === undefined ? typed(key, value, about) : `\${${own}}`;
    if (own !== undefined) secrets[own] = value;
  }
  return { options, secrets };
}

function asGiven(
  { "x-secret-with": other = "", ...about }: OptionSchema,
  given: Readonly<Record<string, string>>,
): OptionSchema {
  return given[other] === undefined ? about : { ...about, "x-secret": true };
}

/** Where a kind takes one set of options or another: what the first of them asks for, unless another is given. */
function alternative(
  { anyOf = [], "x-ask": told }: KindOptions,
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const sets = told ?? anyOf.map(({ required = [] }) => required);
  return sets.some((keys) => keys.every((key) => given[key] !== undefined)) ? [] : (sets[0] ?? []);
}

/** Also where one of several forms of it is one. */
function isSecretOption(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  const { properties: _, ...rest } = schema as Record<string, unknown>;
  return rest["x-secret"] === true || Object.values(rest).some(isSecretOption);
}

function knownIn(env: Readonly<Record<string, string>>, variable: string | undefined) {
  if (variable === undefined) return undefined;
  const isThere = env[variable] !== undefined || env[`${variable}_FILE`] !== undefined;
  return isThere ? `\${${variable}}` : undefined;
}

async function askFor(
  key: string,
  about: OptionSchema,
  { ask }: Pick<Questions, "ask">,
): Promise<string> {
  const { description } = about;
  const secret = isSecretOption(about);
  const question = description === undefined ? `${key}:` : `${key} (${description})`;
  const fits = compileSchema(about);
  for (let said = ""; ; ) {
    const answer = await ask(`${said}${question}`, { secret });
    if (answer === undefined) continue;
    const [wrong] = fits(typed(key, answer, about));
    if (wrong === undefined) return answer;
    said = `It ${wrong.reason}. `;
  }
}

function typed(key: string, value: string, { type }: OptionSchema): unknown {
  const isNumber = type === "number" || type === "integer";
  if (isNumber && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
  if (isNumber) throw new CommandError(`${key} is not a number: ${value}`);
  if (type !== "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw new CommandError(`${key} is true or false, not ${value}.`);
}

/** The variable, or the first of `HUBSPOT_TOKEN_2`, `_3` … that nobody has. */
function freeOf(
  variable: string | undefined,
  isTaken: (variable: string) => boolean,
): string | undefined {
  let name = variable;
  for (let count = 2; name !== undefined && isTaken(name); count += 1)
    name = `${variable}_${count}`;
  return name;
}

/** `hubspot`, `token` → `HUBSPOT_TOKEN`. */
function variableName(kind: string, key: string): string {
  return `${kind}_${key}`
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}
