import type { Field, Fields, Index, TableSpec } from "../../contracts/table.ts";

const field = <T>(kind: Field<T>["kind"]): Field<T, false> => ({ kind, optional: false });

export const text = <T extends string = string>() => field<T>("text");
/** Exact up to 2^53. */
export const integer = () => field<number>("integer");
export const flag = () => field<boolean>("flag");
export const date = () => field<Date>("date");
export const texts = () => field<readonly string[]>("texts");
/** Comes back as JSON gives it. */
export const json = <T>() => field<T>("json");
export const bytes = () => field<Uint8Array>("bytes");

export function optional<T>({ kind }: Field<T, false>): Field<T, true> {
  return { kind, optional: true };
}

/** Throws on a declaration that no driver could keep: its names become part of SQL. */
export function defineTable<F extends Fields>(spec: {
  readonly name: string;
  readonly fields: F;
  readonly indexes?: readonly Index<keyof F & string>[];
  readonly expires?: F extends { readonly expireAt: Field<Date> } ? boolean : false;
}): TableSpec<F> {
  const { name, fields, indexes = [], expires = false } = spec;
  const names = [name, ...Object.keys(fields)];
  const unfit = names.find((each) => !/^[a-z][a-zA-Z0-9]*$/.test(each));
  if (unfit !== undefined) throw new TypeError(`${unfit} cannot be the name of a table or a field`);
  if ("id" in fields) throw new TypeError("id is there by itself");
  for (const { on, where, having, unique } of indexes) {
    const all = [...on.map(nameOf), ...[where, having].filter((each) => each !== undefined)];
    const unknown = all.find((each) => each !== "id" && !(each in fields));
    if (unknown !== undefined) throw new TypeError(`${name} has no field ${unknown}`);
    if (unique && on[0] !== "id") throw new TypeError("a unique index begins with id");
  }
  return Object.freeze({ name, fields, indexes, expires });
}

/** Of a member of an index or an order: `-` before a name is descending. */
export function nameOf(ordered: string): string {
  return ordered.startsWith("-") ? ordered.slice(1) : ordered;
}
