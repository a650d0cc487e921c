import { analyzeSync, Context, type Liquid, toValue, toValueSync, type Variable } from "liquidjs";
import {
  createEngine,
  type Filter,
  jsonText,
  limitOf,
  type ParsedText,
  parseText,
} from "./template-engine.ts";
import { plainPathOf, scalarAt } from "./template-path.ts";
import { type Path, ScopeTooLargeError, visibleScope } from "./template-scope.ts";

/**
 * What is wrong with a template: `parse`, it can never be rendered; `render`, not with this scope; `tooLong`, it
 * takes or makes more than it may; `limit`, it took too much time, which may be the machine's.
 */
export class TemplateError extends Error {
  readonly kind: "parse" | "render" | "tooLong" | "limit";
  /** Where in the compiled value, e.g. `data.items[0]`; empty when the value is one text. */
  readonly place: string;
  /** In words. Shows the template, never what it was given. */
  readonly reason: string;

  constructor(kind: TemplateError["kind"], place: string, reason: string) {
    super(place === "" ? reason : `${place}: ${reason}`);
    this.name = "TemplateError";
    this.kind = kind;
    this.place = place;
    this.reason = reason;
  }
}

/** A variable that a template takes from its scope. */
interface TemplateVariable {
  /** At the scope's top. */
  readonly name: string;
  /** From there as far as the template's text tells it, with dots: `contact.name`. */
  readonly path: string;
}

/** A JSON value, compiled once. */
export interface Template {
  /** Each path once, sorted. */
  readonly variables: readonly TemplateVariable[];
  /** No text of it is a template: rendering gives the value itself. */
  readonly isStatic: boolean;
  /**
   * The value with its texts rendered; a text that is one `{{ }}` becomes what that is, of whatever type, and "" where
   * that is not there. At most 256 KB, in at most 250 ms of the caller's thread. Throws TemplateError.
   */
  render(scope: object): unknown;
}

export interface Templates {
  /** Throws TemplateError of kind `parse`, or `tooLong` for a text of more than 65,536 characters. */
  compile(source: unknown): Template;
}

/** Bytes of all rendered texts of a value. */
const maxOutput = 262_144;
const renderMs = 250;
const maxDepth = 64;

/**
 * Own `filters` may throw where they cannot take what they get: that gives "". `html`: whatever a `{{ }}` puts in is escaped, its line
 * breaks are `<br>`, and rendering always gives a text.
 */
export function createTemplates(
  options: { readonly filters?: Readonly<Record<string, Filter>>; readonly html?: boolean } = {},
): Templates {
  const liquid = createEngine(options.filters ?? {}, options.html);
  return { compile: (source) => compileValue(liquid, source) };
}

/** One `render`. */
interface Run {
  readonly scope: object;
  /** A copy of what the templates name of it, made when first asked for. Throws TemplateError. */
  visible(): object;
  readonly until: number;
  /** Bytes. */
  left: number;
}

interface Compiled {
  /** As the template names them, local ones too. */
  readonly uses: Path[];
  readonly variables: Path[];
}

type Renderer = (run: Run) => unknown;

function compileValue(liquid: Liquid, source: unknown): Template {
  const compiled: Compiled = { uses: [], variables: [] };
  const renderer = compileNode(liquid, source, "", 0, compiled);
  const byPath = new Map(compiled.variables.map((path) => [path.join("."), String(path[0])]));
  return {
    variables: [...byPath].sort(byFirst).map(([path, name]) => ({ name, path })),
    isStatic: renderer === undefined,
    render(scope) {
      if (renderer === undefined) return source;
      let copied: object | undefined;
      const visible = () => {
        copied ??= within("", () => visibleScope(scope, compiled.uses));
        return copied;
      };
      return renderer({ scope, visible, until: performance.now() + renderMs, left: maxOutput });
    },
  };
}

function byFirst([one]: [string, string], [other]: [string, string]): number {
  return one < other ? -1 : 1;
}

/** undefined: nothing in it is a template. */
function compileNode(
  liquid: Liquid,
  node: unknown,
  place: string,
  depth: number,
  compiled: Compiled,
): Renderer | undefined {
  if (typeof node === "string") return compileText(liquid, node, place, compiled);
  if (typeof node !== "object" || node === null) return undefined;
  if (depth >= maxDepth) {
    throw new TemplateError("parse", place, `is nested deeper than ${maxDepth}`);
  }
  const isList = Array.isArray(node);
  const renderers = Object.entries(node as Record<string, unknown>).map(
    ([key, value]): [string, unknown, Renderer | undefined] => {
      const here = isList ? `${place}[${key}]` : place === "" ? key : `${place}.${key}`;
      return [key, value, compileNode(liquid, value, here, depth + 1, compiled)];
    },
  );
  if (renderers.every(([, , renderer]) => renderer === undefined)) return undefined;
  return (run) => {
    const rendered = renderers.map(([key, value, renderer]): [string, unknown] => {
      return [key, renderer === undefined ? value : renderer(run)];
    });
    return isList ? rendered.map(([, value]) => value) : Object.fromEntries(rendered);
  };
}

function compileText(
  liquid: Liquid,
  text: string,
  place: string,
  compiled: Compiled,
): Renderer | undefined {
  if (!text.includes("{{") && !text.includes("{%")) return undefined;
  const parsed = parse(liquid, text, place);
  const { variables, globals } = analyzeSync(parsed.parts);
  compiled.uses.push(...staticPaths(variables, place));
  compiled.variables.push(...staticPaths(globals, place));
  const path = parsed.value && plainPathOf(parsed.value);
  return (run) => {
    const plain = path && scalarAt(run.scope, path);
    if (plain !== undefined) return within(place, () => typed(plain, run));
    const scope = run.visible();
    return within(place, () => renderText(liquid, parsed, scope, run));
  };
}

function parse(liquid: Liquid, text: string, place: string): ParsedText {
  try {
    return parseText(liquid, text);
  } catch (error) {
    const { message } = error as Error;
    const tooLong = message.startsWith("parse length limit");
    throw new TemplateError(tooLong ? "tooLong" : "parse", place, message);
  }
}

function staticPaths(variables: Record<string, Variable[]>, place: string): Path[] {
  return Object.values(variables)
    .flat()
    .map(({ segments }) => {
      const end = segments.findIndex((segment) => typeof segment === "object");
      const path = segments.slice(0, end < 0 ? segments.length : end) as Path;
      if (path.length > 0) return path;
      throw new TemplateError("parse", place, "a variable begins with its name, not with [");
    });
}

function renderText(liquid: Liquid, { parts, value }: ParsedText, scope: object, run: Run) {
  const renderLimit = run.until - performance.now();
  const context = new Context(scope, liquid.options, { sync: true, renderLimit }, { liquid });
  if (value !== undefined) return typed(toValue(toValueSync(value.value(context))), run);
  const output = boundedOutput(run.left);
  toValueSync(liquid.renderer.renderTemplates(parts, context, output));
  spend(run, Buffer.byteLength(output.buffer));
  return output.buffer;
}

/** What one `{{ }}` is. Objects come out as plain ones: those within have another prototype. */
function typed(value: unknown, run: Run): unknown {
  if (value === undefined) return "";
  if (typeof value === "string") spend(run, Buffer.byteLength(value));
  if (typeof value !== "object" || value === null) return value;
  let left = run.left;
  const text = jsonText(value, (size) => {
    left -= size;
    if (left < 0) throw new OutputTooLongError();
  });
  spend(run, Buffer.byteLength(text));
  return JSON.parse(text);
}

function spend(run: Run, bytes: number): void {
  run.left -= bytes;
  if (run.left < 0) throw new OutputTooLongError();
}

class OutputTooLongError extends Error {}

/** Ends a loop that prints for ever as soon as there is too much. */
function boundedOutput(most: number) {
  return {
    buffer: "",
    write(value: unknown) {
      this.buffer += String(toValue(value) ?? "");
      if (this.buffer.length > most) throw new OutputTooLongError();
    },
  };
}

function within<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw templateError(place, error);
  }
}

function templateError(place: string, error: unknown): TemplateError {
  const cause = (error as { originalError?: unknown }).originalError ?? error;
  if (cause instanceof OutputTooLongError) {
    return new TemplateError("tooLong", place, "its result is larger than 256 KB");
  }
  if (cause instanceof ScopeTooLargeError) {
    return new TemplateError("tooLong", place, `what it is given is too large: ${cause.message}`);
  }
  const limit = limitOf(cause);
  if (limit === "time") return new TemplateError("limit", place, `took longer than ${renderMs} ms`);
  if (limit === "memory") {
    return new TemplateError("tooLong", place, "makes too many characters or list entries");
  }
  return new TemplateError("render", place, `cannot be rendered (${(cause as Error).name})`);
}
