import type { ReplyRows } from "../contracts.ts";

interface ReplyChoice {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}

/** Buttons or rows in their order, in whichever form they were told. */
export function choicesOf(told: ReplyRows = {}): readonly ReplyChoice[] {
  if (isList(told)) return told;
  return Object.entries(told).map(([id, each]) =>
    typeof each === "string" ? { id, title: each } : { id, ...each },
  );
}

/** `Array.isArray` does not know a list that is read only. */
function isList(told: ReplyRows): told is readonly ReplyChoice[] {
  return Array.isArray(told);
}
