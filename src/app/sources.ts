import type { Routing } from "../config/routing.ts";
import { configErrorOf, type PathProblem, readPath } from "../config/yaml-file.ts";
import type { Sources } from "../receive/sources/source.ts";

/** Every configured source. Throws a ConfigError for what only compiling it finds: a template, a secret's form. */
export async function createSources(routing: Routing): Promise<Sources> {
  const { sources, problems } = await makeSources(routing);
  if (problems.length > 0) throw configErrorOf(problems);
  return sources;
}

/** What is wrong with them. */
export async function trySources(routing: Routing): Promise<readonly PathProblem[]> {
  return (await makeSources(routing)).problems;
}

async function makeSources({ sources: configs, accounts }: Routing) {
  const sources: Map<string, NonNullable<ReturnType<Sources["get"]>>> = new Map();
  const problems: PathProblem[] = [];
  if (Object.keys(configs).length === 0) return { sources, problems };
  // Templates and the schema of events are much to load, and few have sources.
  const { createSource } = await import("../receive/sources/source.ts");
  const { SourceError } = await import("../receive/sources/compile-emit.ts");
  for (const [name, config] of Object.entries(configs)) {
    try {
      sources.set(name, createSource(config, accounts));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const path = ["sources", name, ...readPath(error.path)];
      problems.push({ path, problem: error.message, remedy: "Correct it: see docs/sources.md" });
    }
  }
  return { sources, problems };
}
