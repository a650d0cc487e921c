import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** One change that breaks a promise, and the test file that must notice. */
export interface Mutant {
  readonly promise: string;
  readonly file: string;
  /** Stands once in the file. */
  readonly from: string;
  readonly to: string;
  readonly test: string;
  /** A pattern of the names of the tests that are run; without it all of the file. */
  readonly only?: string;
}

const folder = new URL("mutants/", import.meta.url);

/** A file per topic: lists by the file that is changed. */
export const mutants: readonly Mutant[] = readdirSync(folder)
  .toSorted()
  .flatMap((name) => {
    const topic: unknown = parse(readFileSync(new URL(name, folder), "utf8"));
    return Object.entries(topic as Readonly<Record<string, readonly Omit<Mutant, "file">[]>>);
  })
  .flatMap(([file, changes]) => changes.map((change) => ({ file, ...change })));
