import type {
  PropertyChange,
  Renormalization,
  RenormalizationCounts,
  RenormalizationExample,
} from "../../contracts.ts";

const maxPaths = 50;
/** Of each kind. */
const maxExamples = 3;
const maxChanges = 5;

const nothing: RenormalizationCounts = {
  events: 0,
  unchanged: 0,
  changed: 0,
  superseded: 0,
  split: 0,
  lost: 0,
  refused: 0,
  skipped: 0,
  quarantined: 0,
  understood: 0,
  recovered: 0,
  published: 0,
};

export interface Tally {
  count(name: keyof RenormalizationCounts, by?: number): void;
  paths(changes: readonly PropertyChange[]): void;
  example(example: RenormalizationExample): void;
  result(next: string | null): Renormalization;
}

/** Counts what a slice finds, and keeps a few examples. */
export function createTally(dataversion: number, dryRun: boolean): Tally {
  const counts: { -readonly [K in keyof RenormalizationCounts]: number } = { ...nothing };
  const paths: Record<string, number> = {};
  const examples: RenormalizationExample[] = [];
  return {
    count(name, by = 1) {
      counts[name] += by;
    },
    paths(changes) {
      for (const path of new Set(changes.map((change) => change.path))) addPath(paths, path, 1);
    },
    example: (example) => addExample(examples, example),
    result: (next) => ({ dataversion, dryRun, counts, paths, examples, next }),
  };
}

/** Two slices as one; the later one's cursor. */
export function addUp(a: Renormalization | undefined, b: Renormalization): Renormalization {
  if (a === undefined) return b;
  const names = Object.keys(nothing) as (keyof RenormalizationCounts)[];
  const counts = Object.fromEntries(names.map((name) => [name, a.counts[name] + b.counts[name]]));
  const paths = { ...a.paths };
  for (const [path, count] of Object.entries(b.paths)) addPath(paths, path, count);
  const examples = [...a.examples];
  for (const example of b.examples) addExample(examples, example);
  return { ...b, counts: { ...nothing, ...counts }, paths, examples };
}

function addPath(paths: Record<string, number>, path: string, count: number): void {
  const known = Object.hasOwn(paths, path);
  if (!known && Object.keys(paths).length >= maxPaths) return;
  paths[path] = (known ? (paths[path] ?? 0) : 0) + count;
}

function addExample(examples: RenormalizationExample[], example: RenormalizationExample): void {
  if (examples.filter(({ kind }) => kind === example.kind).length >= maxExamples) return;
  const { changes, ...rest } = example;
  examples.push({ ...rest, ...(changes && { changes: changes.slice(0, maxChanges) }) });
}
