import { RE2JS } from "re2js";
import type { TextWhen, WaypostEvent, When } from "../../contracts.ts";
import { messageTexts } from "../../event/message-texts.ts";
import { groupsOf } from "../../support/value-when.ts";

/** By name. */
export type Captures = Readonly<Record<string, string>>;

/** Pure; never throws, whatever other programs have published. */
export type Holds = (event: WaypostEvent) => boolean;

export interface ConditionTest {
  readonly holds: Holds;
  /** The named groups of the expression that took the event; absent of what has no expressions. */
  readonly captures?: (event: WaypostEvent) => Captures;
  /** Which part of it says no to an event that it does not hold for, where it has parts. */
  readonly part?: (event: WaypostEvent) => string | undefined;
}

/** One key of a `when` as a test. */
export interface Condition extends ConditionTest {
  readonly key: keyof When;
}

/** Of two groups with one name the first is kept. */
export function mergeCaptures(tests: readonly ConditionTest[], event: WaypostEvent): Captures {
  const found = tests.map(({ captures }) => captures?.(event) ?? {});
  return Object.fromEntries(found.reverse().flatMap((each) => Object.entries(each)));
}

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

type TextTest = (text: string, folded: string) => boolean;

/** Each key must hold for some text of the message, not all for the same. */
export function byText({ matches, contains, equals }: TextWhen): ConditionTest {
  const expressions = matches && compileExpressions(matches);
  const tests: [key: keyof TextWhen, test: TextTest][] = [];
  if (expressions) tests.push(["matches", expressions.test]);
  if (contains) {
    const parts = contains.map(fold);
    tests.push(["contains", (_, folded) => parts.some((part) => folded.includes(part))]);
  }
  if (equals) {
    const wholes = equals.map((each) => fold(each).trim());
    tests.push(["equals", (_, folded) => wholes.includes(folded.trim())]);
  }
  const part = (event: WaypostEvent) => {
    const texts = textsOf(event).map((text) => ({ text, folded: fold(text) }));
    return tests.find(([, test]) => !texts.some(({ text, folded }) => test(text, folded)))?.[0];
  };
  return { ...withCaptures(expressions, textsOf, (event) => part(event) === undefined), part };
}

export function byReplyId(wanted: NonNullable<When["replyId"]>): ConditionTest {
  if (!("matches" in wanted)) {
    return { holds: (event) => replyIds(event).some((id) => wanted.includes(id)) };
  }
  const expressions = compileExpressions(wanted.matches);
  return withCaptures(expressions, replyIds, (event) => replyIds(event).some(expressions.test));
}

function withCaptures(
  expressions: Expressions | undefined,
  textsIn: (event: WaypostEvent) => string[],
  holds: ConditionTest["holds"],
): ConditionTest {
  if (expressions === undefined) return { holds };
  return { holds, captures: (event) => expressions.captures(textsIn(event)) };
}

function textsOf({ data }: WaypostEvent): string[] {
  return messageTexts(data.message).map(cutText);
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** The ids that the business gave to the button or list row that was chosen. */
function replyIds({ data }: WaypostEvent): string[] {
  const { button, interactive } = data.message ?? {};
  return [button?.payload, interactive?.buttonReply?.id, interactive?.listReply?.id].filter(
    (each): each is string => typeof each === "string",
  );
}

export function byReaction(emojis: readonly string[]): Holds {
  const wanted = emojis.map(plainEmoji);
  return ({ data }) => {
    const emoji: unknown = data.message?.reaction?.emoji;
    return typeof emoji === "string" && emoji !== "" && wanted.includes(plainEmoji(emoji));
  };
}

/** The two forms of a sign, text and emoji, are one emoji, and so are all colours of a skin. */
function plainEmoji(emoji: string): string {
  return emoji.replace(/[\u{FE0E}\u{FE0F}]/gu, "").replace(/(?<=.)[\u{1F3FB}-\u{1F3FF}]/gu, "");
}

export function byTemplate(names: readonly string[]): Holds {
  return ({ data }) => isOneOf(names, data.message?.template?.name);
}

/** Meta's answer names no flow: the business tells it in the token that it gives when it sends one. */
export function byFlow(flows: readonly string[]): Holds {
  return ({ data }) => {
    const { flowToken, response } = data.message?.interactive?.nfmReply ?? {};
    const token: unknown = flowToken ?? response?.["flow_token"];
    if (typeof token !== "string") return false;
    return flows.some((flow) => token === flow || token.startsWith(`${flow}:`));
  };
}

export function byReferral(wanted: NonNullable<When["referral"]>): Holds | ConditionTest {
  if (typeof wanted === "boolean") {
    return ({ data }) => (data.message?.referral !== undefined) === wanted;
  }
  const { sourceId, ctwaClid } = wanted;
  const part = ({ data }: WaypostEvent) => {
    const { referral } = data.message ?? {};
    if (sourceId !== undefined && !isOneOf(sourceId, referral?.sourceId)) return "sourceId";
    if (ctwaClid !== undefined && !isOneOf(ctwaClid, referral?.ctwaClid)) return "ctwaClid";
    return undefined;
  };
  const holds = (event: WaypostEvent) =>
    event.data.message?.referral !== undefined && part(event) === undefined;
  return { holds, part };
}

function isOneOf(wanted: readonly string[], value: unknown): boolean {
  return typeof value === "string" && wanted.includes(value);
}
