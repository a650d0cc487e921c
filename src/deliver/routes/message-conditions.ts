import type { WaypostEvent, When } from "../../contracts.ts";
import type { ConditionTest, Holds } from "./condition.ts";

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
