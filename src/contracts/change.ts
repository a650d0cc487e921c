import type { Change, Templated } from "./routing.ts";

/** What `set` says, as waypost.yaml and bots write it. */
export interface RawChange {
  /** `+vip` adds, `-new` takes away. */
  readonly tag?: string | readonly string[];
  readonly field?: Readonly<Record<string, Templated>>;
  readonly topic?: string;
  readonly owner?: { readonly pool: string };
}

export function toChange({ tag, ...others }: RawChange): Change {
  if (tag === undefined) return others;
  const signed = (sign: string) =>
    [tag]
      .flat()
      .filter((each) => each.startsWith(sign))
      .map((each) => each.slice(1));
  return { tag: { add: signed("+"), remove: signed("-") }, ...others };
}
