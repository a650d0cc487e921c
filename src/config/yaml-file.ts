import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { ConfigError, type ConfigProblem } from "./config-error.ts";

export type YamlPath = readonly (string | number)[];
export type Words = Pick<ConfigProblem, "problem" | "remedy">;
export type PathProblem = Words & { readonly path: YamlPath };
/** Notes a problem with the part of the file at this path. */
export type Report = (path: YamlPath, words: Words) => void;

/** A parsed file that knows the line of each of its parts. */
export interface YamlFile {
  /** Plain objects and arrays; undefined when the file is empty or cannot be parsed. */
  readonly value: unknown;
  /** `waypost.yaml:12 routes[0].when.type`; the line of the deepest part that is there. */
  where(path: YamlPath): string;
}

/** YAML 1.2, one document, no duplicate keys. Problems are worded here: the library's quote the file. */
export function parseYaml(text: string, name: string, problems: ConfigProblem[]): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const at = (offset: number) => `${name}:${lines.linePos(offset).line}`;
  const unreadable = text.search(/[\0\uFFFD]/);
  if (unreadable >= 0) {
    const where = `${name}:${text.slice(0, unreadable).split("\n").length}`;
    problems.push({ where, problem: "is not UTF-8", remedy: "Save the file as UTF-8" });
  } else {
    for (const { code, pos } of [...document.errors, ...document.warnings]) {
      problems.push({ where: at(pos[0]), ...(syntax[code] ?? syntaxUnknown) });
    }
    if (problems.length === 0) checkNodes(document, at, problems);
  }
  return {
    value: problems.length === 0 ? toValue(document, name, problems) : undefined,
    where: (path) => `${at(offsetOf(document, path))} ${showPath(path)}`.trimEnd(),
  };
}

/** What is valid YAML, and cannot be read all the same. */
function checkNodes(
  document: Document,
  at: (offset: number) => string,
  problems: ConfigProblem[],
): void {
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      const where = at(alias.range?.[0] ?? 0);
      const problem =
        "begins with *, which refers to an anchor (&name), and there is none before it";
      problems.push({ where, problem, remedy: "Put the value in quotes, or correct the name" });
    },
    Pair(_, { key }) {
      if (!isMap(key) && !isSeq(key)) return;
      const where = at(key.range?.[0] ?? 0);
      problems.push({ where, problem: "has a list or a map as a key", remedy: "Write a name" });
    },
  });
}

/** `routes[0].when.type` */
function showPath(path: YamlPath): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join("");
}

/** Of what only making a part of the file finds wrong with it. */
export function configErrorOf(problems: readonly PathProblem[]): ConfigError {
  return new ConfigError(
    problems.map(({ path, ...words }) => ({ where: showPath(path), ...words })),
  );
}

/** The inverse of showPath, as the schema check writes paths. */
export function readPath(shown: string): YamlPath {
  return [...shown.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([part, index]) =>
    index === undefined ? part : Number(index),
  );
}

function toValue(document: Document, name: string, problems: ConfigProblem[]): unknown {
  const value = plainValue(document);
  if (value !== circular) return value ?? undefined;
  problems.push({
    where: name,
    problem: "refers to its own parts too often",
    remedy: "Write out what the aliases (*name) stand for",
  });
  return undefined;
}

const circular = Symbol("circular");

function plainValue(document: Document): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return holdsItself(value, []) ? circular : value;
  } catch {
    return circular;
  }
}

/** The library lets an alias stand within what it names. */
function holdsItself(value: unknown, within: readonly unknown[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (within.includes(value)) return true;
  return Object.values(value).some((inner) => holdsItself(inner, [...within, value]));
}

function offsetOf(document: Document, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    const step = child(node, part);
    if (step === undefined) break;
    offset = step.offset ?? offset;
    node = step.node;
  }
  return offset;
}

function child(node: unknown, part: string | number) {
  if (isSeq(node)) {
    const item: unknown = node.items[Number(part)];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return pair && { node: pair.value, offset: startOf(pair.key) };
}

function startOf(node: unknown): number | undefined {
  const ranged = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
  return ranged ? node.range?.[0] : undefined;
}

const syntaxUnknown: Words = {
  problem: "is not valid YAML",
  remedy: "Check the indentation, colons and quotes on and before this line",
};
const syntax: Partial<Record<string, Words>> = {
  DUPLICATE_KEY: { problem: "has the same key twice", remedy: "Remove one of them" },
  TAB_AS_INDENT: { problem: "is indented with a tab", remedy: "Indent with spaces" },
  BAD_INDENT: { problem: "is indented wrongly", remedy: "Align it with its siblings" },
  MULTIPLE_DOCS: { problem: "begins a second document", remedy: "Remove the line ---" },
  MISSING_CHAR: {
    problem: "lacks a character",
    remedy: "Close the quote or bracket, or put a space after the colon",
  },
  BAD_SCALAR_START: {
    problem: "begins with a character that YAML reserves",
    remedy: "Put the value in quotes",
  },
  BAD_DQ_ESCAPE: {
    problem: "has an escape that double quotes do not know",
    remedy: "Double the backslash, or use single quotes",
  },
};
