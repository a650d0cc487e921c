import { compilePattern } from "../../event/pattern.ts";

/** Those of the types in the log that a pattern matches; undefined: all of them. */
export async function matchingTypes(
  patterns: readonly string[] | undefined,
  known: () => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  if (patterns === undefined || patterns.includes("#")) return undefined;
  const matches = patterns.map(compilePattern);
  const types = await known();
  const matching = types.filter((type) => matches.some((match) => match(type)));
  return matching.length === types.length ? undefined : matching;
}
