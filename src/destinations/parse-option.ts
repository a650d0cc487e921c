import { compilePattern, type TypePattern } from "../event/pattern.ts";
import { OptionError } from "./destination-kind.ts";

/** Says what is wrong with an option. Throws OptionError. */
export type Fail = (option: string, problem: string, remedy: string) => never;

export function failerOf(destination: string): Fail {
  return (option, problem, remedy) => {
    throw new OptionError(destination, option, { problem, remedy });
  };
}

/** With http or https; `example` is shown where it is none. Throws OptionError. */
export function parseAddress(
  destination: string,
  text: string,
  example: string,
  option = "baseUrl",
): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const words = { problem: "is not an address", remedy: `Write e.g. ${example}` };
  throw new OptionError(destination, option, words);
}

/** A header can carry it. Throws OptionError. */
export function checkSecret(
  destination: string,
  option: string,
  secret: string,
  words: { readonly problem: string; readonly remedy: string },
): void {
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new OptionError(destination, option, words);
}

/** Types of events, or patterns of them: whether one of them is it. Throws OptionError. */
export function parseTypes(
  destination: string,
  option: string,
  types: readonly string[],
): TypePattern {
  const patterns = types.map((type) => {
    try {
      return compilePattern(type);
    } catch {
      const words = {
        problem: "holds what is not a type or a pattern of types",
        remedy: "Write e.g. business.lead.captured or business.handoff.*",
      };
      throw new OptionError(destination, option, words);
    }
  });
  return (type) => patterns.some((matches) => matches(type));
}
