import type { ReplyRows } from "../contracts.ts";

interface ReplyChoice {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}

/** Buttons or rows in their order, in whichever form they were told. */
export function choicesOf(given: ReplyRows = {}): readonly ReplyChoice[] {
  if (isList(given)) return given;
  return Object.entries(given).map(([id, each]) =>
    typeof each === "string" ? { id, title: each } : { id, ...each },
  );
}

/** `Array.isArray` does not know a list that is read only. */
function isList(given: ReplyRows): given is readonly ReplyChoice[] {
  return Array.isArray(given);
}
