import type { TextWhen, WaypostEvent, When } from "../../contracts.ts";
import { messageTexts } from "../../event/message-texts.ts";
import type { ConditionTest } from "./condition.ts";
import { compileExpressions, cutText, type Expressions } from "./expressions.ts";

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
