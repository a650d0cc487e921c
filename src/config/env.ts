import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { errorCode } from "../support/describe-error.ts";
import type { ConfigProblem } from "./config-error.ts";

/** A key as `schemas/env.schema.json` describes it, with all that it may say: every command reads it, and Ajv would be most of its start. */
export interface EnvKey {
  readonly type: "string" | "integer";
  readonly description: string;
  readonly default?: string | number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly "x-group": string;
  readonly "x-secret"?: true;
  readonly "x-list"?: true;
  readonly "x-example"?: string;
}

const schema = JSON.parse(
  readFileSync(new URL("../../schemas/env.schema.json", import.meta.url), "utf8"),
) as { properties: Record<string, EnvKey> };

/** Every key of the environment, in the schema's order. */
export const envKeys: Readonly<Record<string, EnvKey>> = schema.properties;
const secretKeys = Object.keys(envKeys).filter((key) => envKeys[key]?.["x-secret"]);

/** The environment after defaults and coercion: what the schema guarantees. */
export interface EnvValues {
  NODE_ENV?: string;
  LOG_LEVEL: "error" | "warn" | "info" | "debug";
  WHATSAPP_APP_SECRET?: string;
  WHATSAPP_VERIFY_TOKEN?: string;
  HOST: string;
  PORT: number;
  PUBLIC_URL?: string;
  MAX_BODY_BYTES: number;
  ACK_DEADLINE_MS: number;
  TLS_CERT_FILE?: string;
  TLS_KEY_FILE?: string;
  TLS_CLIENT_CA_FILE?: string;
  TLS_CLIENT_CN: string;
  OPS_HOST: string;
  OPS_PORT: number;
  OPS_URL?: string;
  OPS_TOKENS?: string;
  TRUSTED_PROXIES?: string;
  RABBITMQ_URL?: string;
  STORE_SHARDS: number;
  MONGODB_URL?: string;
  RETENTION_DAYS: number;
  DATA_DIR: string;
  SPOOL: "on" | "off";
  SPOOL_MAX_BYTES: number;
  META_APP_ID?: string;
  META_ACCESS_TOKEN?: string;
  META_GRAPH_URL: string;
  MEDIA_MAX_BYTES: number;
  MEDIA_DIR?: string;
  MEDIA_PUBLIC_URL?: string;
  MEDIA_S3_BUCKET?: string;
  MEDIA_S3_ENDPOINT?: string;
  MEDIA_S3_REGION: string;
  MEDIA_S3_ACCESS_KEY_ID?: string;
  MEDIA_S3_SECRET_ACCESS_KEY?: string;
  WAYPOST_CONFIG: string;
}

/** What was given by hand: strings that are not empty, by key. */
export type Given = Readonly<Record<string, string>>;

/**
 * `env` over `.env` in `cwd`. A layer that gives a secret in either form (KEY, KEY_FILE) hides both forms
 * below it. Empty values count as not set.
 */
export async function readGiven(
  env: NodeJS.ProcessEnv,
  cwd: string,
  problems: ConfigProblem[],
): Promise<Given> {
  const upper = notEmpty(env);
  const lower = notEmpty(parseEnv(await readDotenv(cwd, problems)));
  for (const key of secretKeys) {
    if (key in upper || `${key}_FILE` in upper) {
      delete lower[key];
      delete lower[`${key}_FILE`];
    }
  }
  return { ...lower, ...upper };
}

/** A variable, or what the file named by its `_FILE` form holds, less white space around it. */
export async function readVariable(
  given: Given,
  key: string,
  cwd: string,
  problems: ConfigProblem[],
): Promise<string | undefined> {
  const file = given[`${key}_FILE`];
  if (file === undefined) return given[key];
  if (given[key] !== undefined) {
    problems.push({
      where: key,
      problem: `is given twice, as ${key} and as ${key}_FILE`,
      remedy: "Remove one of them",
    });
    return undefined;
  }
  const content = await readFile(path.resolve(cwd, file), "utf8").catch((error) => {
    problems.push({
      where: `${key}_FILE`,
      problem: `its file cannot be read (${errorCode(error)})`,
      remedy: `Point it at a readable file that holds only the value of ${key}`,
    });
    return undefined;
  });
  if (content?.trim() === "") {
    problems.push({
      where: `${key}_FILE`,
      problem: "its file is empty",
      remedy: `Put the value of ${key} into it`,
    });
  }
  return content?.trim() || undefined;
}

/** Known keys only, `_FILE` forms resolved, checked and completed with defaults; problems are added. */
export async function readValues(
  given: Given,
  cwd: string,
  problems: ConfigProblem[],
): Promise<EnvValues> {
  const known: Record<string, string | number> = {};
  const misfits: ConfigProblem[] = [];
  for (const [key, spec] of Object.entries(envKeys)) {
    const text = secretKeys.includes(key)
      ? await readVariable(given, key, cwd, problems)
      : given[key];
    const fitting = text === undefined ? undefined : fit(text, spec);
    if (text !== undefined && fitting === undefined) misfits.push(describe(key));
    const value = fitting ?? spec.default;
    if (value !== undefined) known[key] = value;
  }
  problems.push(...misfits);
  return known as Partial<EnvValues> as EnvValues;
}

/** As a value of the schema; undefined where it is none. */
function fit(text: string, spec: EnvKey): string | number | undefined {
  if (spec.type === "integer") {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = spec;
    const value = Number(text);
    return Number.isInteger(value) && value >= minimum && value <= maximum ? value : undefined;
  }
  if (spec.enum && !spec.enum.includes(text)) return undefined;
  if (spec.pattern !== undefined && !new RegExp(spec.pattern, "u").test(text)) return undefined;
  return text;
}

/** A comma-separated value as its parts; a file may also have one part a line. */
export function parseList(value: string | undefined): string[] {
  return (value ?? "")
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function describe(key: string): ConfigProblem {
  const spec: Partial<EnvKey> = envKeys[key] ?? {};
  const { type, minimum, maximum, enum: allowed } = spec;
  const remedy =
    spec.default === undefined
      ? `Give it in the form ${spec["x-example"] ?? "of .env.example"}`
      : `Correct it, or remove it for the default ${spec.default}`;
  if (allowed) return { where: key, problem: `must be one of ${allowed.join(", ")}`, remedy };
  if (type === "integer") {
    return { where: key, problem: `must be an integer from ${minimum} to ${maximum}`, remedy };
  }
  return { where: key, problem: "has not the form that is expected", remedy };
}

async function readDotenv(cwd: string, problems: ConfigProblem[]): Promise<string> {
  try {
    return await readFile(path.join(cwd, ".env"), "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") {
      problems.push({
        where: ".env",
        problem: `cannot be read (${errorCode(error)})`,
        remedy: "Make it a file this user can read, or remove it",
      });
    }
    return "";
  }
}

function notEmpty(env: NodeJS.ProcessEnv | NodeJS.Dict<string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(env)) if (value) kept[key] = value;
  return kept;
}
