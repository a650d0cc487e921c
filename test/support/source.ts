/** `npm test` compiles all tests first; one that is run by hand runs from its source. */
const compiled = import.meta.url.endsWith(".js");

/** What another process needs to run our modules as this one does. */
export const sourceLoader: readonly string[] = compiled ? [] : ["--import", "tsx"];

/** A module of ours for another process, named by its source. */
export function moduleUrl(path: string, base: string): URL {
  return new URL(compiled ? path.replace(/\.ts$/, ".js") : path, base);
}
