import type { Mask, Schema } from "./schema.ts";
import { agreeing, hide, markedMask, oneOf } from "./shown.ts";
import { isPhoneLike, safeText } from "./texts.ts";

export interface Source {
  /** By `$ref`. */
  find(ref: string): Schema;
  /** By `x-schema`. */
  other(name: string): { readonly schema: Schema; readonly compiler: MaskCompiler };
  /** Whether its values are what other programs said: a number may be anybody's. */
  readonly foreign: boolean;
}

/**
 * An allow-list: what the schema does not say to be safe is masked. Safe by nature are booleans, numbers, enums and times; a
 * key that the schema does not know is left out. What it compiles it remembers.
 */
export class MaskCompiler {
  readonly #source: Source;
  readonly #known = new Map<Schema, Mask>();
  constructor(source: Source) {
    this.#source = source;
  }

  compile(schema: Schema): Mask {
    const before = this.#known.get(schema);
    if (before !== undefined) return before;
    let made: Mask = hide;
    // A message may hold the message that it was before: the shape refers to itself.
    this.#known.set(schema, (value, pseudonyms) => made(value, pseudonyms));
    made = this.#make(schema);
    this.#known.set(schema, made);
    return made;
  }

  #make(schema: Schema): Mask {
    const marked = markedMask(schema);
    if (marked !== undefined) return marked;
    if (schema["x-schema"] !== undefined) {
      const { schema: root, compiler } = this.#source.other(schema["x-schema"]);
      return compiler.compile(root);
    }
    if (schema.$ref !== undefined) return this.compile(this.#source.find(schema.$ref));
    if (schema.enum !== undefined) return oneOf(schema.enum);
    if ("const" in schema) return oneOf([schema.const]);
    return this.#byType(schema);
  }

  /** As what type a value comes, it must be allowed to come. */
  #byType(schema: Schema): Mask {
    const others = partsOf(schema).map((each) => this.compile(each));
    const otherwise = others.length === 0 ? hide : agreeing(others);
    const ofScalar = this.#ofScalar(schema, otherwise);
    const ofItem = schema.items && this.compile(schema.items);
    const ofObject = this.#ofObject(schema);
    return (given, pseudonyms) => {
      const value = given instanceof Date ? given.toISOString() : given;
      if (value === null || value === undefined) return value;
      if (typeof value !== "object") return ofScalar(value, pseudonyms);
      if (!Array.isArray(value)) return ofObject(value, pseudonyms);
      if (ofItem === undefined) return otherwise(value, pseudonyms);
      return value.map((each) => ofItem(each, pseudonyms) ?? null);
    };
  }

  /** Where a text may stand too, a number may be a text's: a phone. */
  #ofScalar(schema: Schema, otherwise: Mask): Mask {
    const types = new Set([schema.type ?? []].flat());
    const isText = types.has("string");
    const isTime = isText && schema.format === "date-time";
    const { foreign } = this.#source;
    const safe: Readonly<Record<string, (value: unknown) => boolean>> = {
      string: (value) => isTime && rfc3339.test(String(value)),
      number: (value) =>
        !isText &&
        (types.has("number") || types.has("integer")) &&
        !(foreign && isPhoneLike(String(value))),
      boolean: () => !isText && types.has("boolean"),
    };
    return (value, pseudonyms) =>
      safe[typeof value]?.(value) ? value : otherwise(value, pseudonyms);
  }

  #ofObject(schema: Schema): Mask {
    const fields = this.fieldsOf(schema);
    const ofKey = schema["x-safe-keys"];
    const rest = schema.additionalProperties;
    const ofRest = typeof rest === "object" && ofKey !== undefined ? this.compile(rest) : undefined;
    if (fields.size === 0 && ofRest === undefined) return hide;
    return (value, pseudonyms) => {
      const shown: Record<string, unknown> = {};
      for (const [key, inner] of Object.entries(value as object)) {
        const field = fields.get(key);
        if (field !== undefined) put(shown, key, field(inner, pseudonyms));
        else if (ofRest !== undefined && ofKey !== undefined) {
          put(shown, safeText(key, ofKey), ofRest(inner, pseudonyms));
        }
      }
      return shown;
    };
  }

  /** Of the schema itself and of all that it is put together from. */
  fieldsOf(schema: Schema): ReadonlyMap<string, Mask> {
    if (schema.$ref !== undefined) return this.fieldsOf(this.#source.find(schema.$ref));
    if (schema["x-schema"] !== undefined) {
      const { schema: root, compiler } = this.#source.other(schema["x-schema"]);
      return compiler.fieldsOf(root);
    }
    const byName = new Map<string, Mask[]>();
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      byName.set(name, [this.compile(inner)]);
    }
    for (const part of partsOf(schema)) {
      for (const [name, mask] of this.fieldsOf(part)) {
        byName.set(name, [...(byName.get(name) ?? []), mask]);
      }
    }
    return new Map([...byName].map(([name, masks]) => [name, agreeing(masks)]));
  }
}

function put(into: Record<string, unknown>, key: string, value: unknown): void {
  // Assigned, this one would be the prototype.
  if (value !== undefined && key !== "__proto__") into[key] = value;
}

function partsOf({ allOf = [], anyOf = [], oneOf: alternatives = [] }: Schema): readonly Schema[] {
  return [...allOf, ...anyOf, ...alternatives];
}

const rfc3339 = /^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
