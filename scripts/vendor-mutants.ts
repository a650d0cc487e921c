import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Mutant } from "./mutants-list.ts";

/** A test that holds a promise of a kind, and a change of one place that it notices. */
interface Held {
  readonly promise: string;
  /** Below test/. */
  readonly test: string;
  /** How the test's name begins. */
  readonly name: string;
  /** Of several tests whose names begin so: how its name ends. */
  readonly which?: string;
  /** Below src/destinations/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** All promises of one kind. */
interface Kept {
  readonly kind: string;
  readonly held: readonly Held[];
  /** Promises that it does not make, and why. */
  readonly none: Readonly<Record<string, string>>;
}

const folder = new URL("vendor-mutants/", import.meta.url);
const read = (name: string): unknown => parse(readFileSync(new URL(name, folder), "utf8"));

/** By short name, in words. */
export const promises = read("promises.yaml") as Readonly<Record<string, string>>;

export const keptPromises: readonly Kept[] = readdirSync(folder)
  .filter((name) => name !== "promises.yaml")
  .toSorted()
  .map((name) => ({ kind: name.replace(/\.yaml$/, ""), ...(read(name) as Omit<Kept, "kind">) }));

export const vendorMutants: readonly Mutant[] = keptPromises.flatMap(({ kind, held }) =>
  held.map(({ promise, test, name, which, file, from, to }) => ({
    promise: `${kind}, ${promise}: ${promises[promise]}`,
    ...{ file: `src/destinations/${file}`, from, to, test: `test/${test}` },
    only: which === undefined ? `^${escaped(name)}` : `^${escaped(name)}.*${escaped(which)}$`,
  })),
);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
