import type { Pseudonyms } from "./pseudonyms.ts";
import type { SafeAs } from "./texts.ts";

/** Shows of a value what is known to be safe; undefined: nothing, the key goes too. Leaves the value as it is. */
export type Mask = (value: unknown, pseudonyms: Pseudonyms) => unknown;

/** What masking reads of JSON Schema and OpenAPI. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  /** Whatever it holds is safe; or a text is, in one of these ways. false: it is not, though its type would be. */
  readonly "x-safe"?: SafeAs | boolean;
  /** How the keys of a map are safe. Without it none is. */
  readonly "x-safe-keys"?: SafeAs;
  /** An id that leads to a person: shown as its pseudonym. */
  readonly "x-mask"?: string;
  /** It is what another document lays down. */
  readonly "x-schema"?: string;
}
