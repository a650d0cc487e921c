/** What others answer, read without trust. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of what is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A list of objects; [] of what is no list. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
