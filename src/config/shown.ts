import { stringify } from "yaml";
import type { Kinds } from "./routing.ts";
import { record } from "./shape.ts";

const hidden = "(hidden)";
/** A reference names a variable and shows nothing of it. */
const reference = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;
/** What a schema does not mark: options of sources, and what a kind may have forgotten. */
const telling =
  /secret|token|password|passphrase|credential|private_?key|api_?key|^(key|auth|basic|bearer)$/i;

interface OptionSchema {
  readonly "x-secret"?: boolean;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly additionalProperties?: OptionSchema | boolean;
  readonly items?: OptionSchema;
}

/** waypost.yaml as it was read, each secret in it hidden: by what the kinds' schemas mark, and by what a key is called. */
export function shownYaml(source: unknown, kinds: Kinds): string {
  const { destinations, alerts, ...rest } = record(source);
  const ofKind = (value: unknown) => {
    const { kind } = record(value);
    const schema = typeof kind === "string" ? kinds[kind]?.schema : undefined;
    return shown(value, (schema ?? {}) as OptionSchema);
  };
  const named = Object.entries(record(destinations)).map(([name, each]) => [name, ofKind(each)]);
  const alerting = record(alerts);
  return stringify({
    ...(destinations !== undefined && { destinations: Object.fromEntries(named) }),
    ...record(shown(rest, {})),
    ...(alerts !== undefined && { alerts: { ...alerting, to: ofKind(alerting["to"]) } }),
  });
}

function shown(value: unknown, schema: OptionSchema): unknown {
  if (schema["x-secret"] === true) return hide(value);
  if (typeof value === "string") return withoutPassword(value);
  if (Array.isArray(value)) return value.map((each) => shown(each, schema.items ?? {}));
  if (typeof value !== "object" || value === null) return value;
  const others = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const entries = Object.entries(value).map(([key, each]) => {
    const of = schema.properties?.[key] ?? others;
    if (telling.test(key)) return [key, hide(each)];
    return [key, key === "url" && typeof each === "string" ? hostOf(each) : shown(each, of)];
  });
  return Object.fromEntries(entries);
}

function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each)]));
  if (typeof value === "boolean") return value;
  return typeof value === "string" && reference.test(value) ? value : hidden;
}

/** Who knows all of a webhook's address may post to it. */
function hostOf(url: string): string {
  if (reference.test(url) || !URL.canParse(url)) return reference.test(url) ? url : hidden;
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? origin : `${origin}/${hidden}`;
}

/** Of an address with user and password. */
function withoutPassword(text: string): string {
  return text.replace(/(\w:\/\/)[^\s/@]*@/g, `$1${hidden}@`);
}
