import { RE2JS } from "re2js";
import { groupsOf } from "../../support/value-when.ts";
import type { Captures } from "./condition.ts";

/** Any of several RE2 expressions, found anywhere in a text. */
export interface Expressions {
  test(text: string): boolean;
  /** Of the first text in which one is found: the named groups of the first that is, without those that took no part. */
  captures(texts: readonly string[]): Captures;
}

/** Texts beyond this many characters are cut before an expression sees them. Meta's limit is 4,096. */
const maxTextLength = 65_536;

/** Throws on what is no RE2 expression. */
export function compileExpressions(sources: readonly string[]): Expressions {
  const compiled = sources.map((source) => RE2JS.compile(source));
  return {
    test: (text) => compiled.some((each) => each.test(cutText(text))),
    captures(texts) {
      for (const text of texts) {
        for (const each of compiled) {
          const groups = groupsOf(each, cutText(text));
          if (groups !== undefined) return groups;
        }
      }
      return {};
    },
  };
}

export function cutText(text: string): string {
  return text.slice(0, maxTextLength);
}
