import type { FlowRules, Hours, PoolMember } from "../contracts.ts";
import { milliseconds } from "../support/duration.ts";
import { botsOf, replyDestinations } from "./bots.ts";
import type { RawFlows, RawHours, RawMember, RawRouting, RawWords } from "./raw-routing.ts";
import { many, mapValues } from "./reading.ts";
import { parseDays, parseSpan, type Span } from "./weekly-hours.ts";

export function toFlowRules(raw: RawRouting): FlowRules {
  const { lists, hours, pools, conversations, consent } = raw;
  const senders = replyDestinations(raw.destinations);
  const { human, handoff = "untilClosed" } = conversations?.hold ?? {};
  return {
    lists: mapValues(lists ?? {}, many),
    hours: mapValues(hours ?? {}, toHours),
    pools: mapValues(pools ?? {}, (members) => members.map(toMember)),
    conversations: {
      closeAfterMs: milliseconds(conversations?.closeAfter ?? "20h"),
      hold: {
        humanMs: milliseconds(human ?? "30min"),
        handoff: handoff === "untilClosed" ? handoff : milliseconds(handoff),
      },
    },
    ...(consent && { consent: toConsent(consent, senders) }),
    ...(senders.length > 0 && { replies: { senders, bots: botsOf(raw.destinations) } }),
  };
}

function toConsent(
  { stop, start, confirm, via }: NonNullable<RawFlows["consent"]>,
  [only]: readonly string[],
): NonNullable<FlowRules["consent"]> {
  const sender = via ?? only;
  return {
    stop: toWords(stop),
    start: toWords(start ?? []),
    ...(confirm !== undefined && { confirm }),
    ...(sender !== undefined && { via: sender }),
  };
}

function toWords(raw: RawWords): Readonly<Record<string, readonly string[]>> {
  const byAccount = typeof raw === "object" && !Array.isArray(raw);
  if (byAccount) return mapValues(raw as Exclude<RawWords, string | readonly string[]>, many);
  const words = many(raw as string | readonly string[]);
  return words.length > 0 ? { "*": words } : {};
}

function toHours({ timeZone, except, ...days }: RawHours): Hours {
  return { timeZone, days: toDays(days), except: many(except ?? []) };
}

/** Ranges first: a day by itself counts instead of a range that holds it. */
function toDays(raw: Readonly<Record<string, RawHours[string]>>): Hours["days"] {
  const days: Record<number, readonly Span[]> = {};
  const entries = Object.entries(raw).map(([key, spans]) => ({
    on: parseDays(key) ?? [],
    spans: many(spans ?? []).flatMap((span) => [parseSpan(span)].filter((each) => !!each)),
  }));
  for (const { on, spans } of entries.sort((a, b) => b.on.length - a.on.length)) {
    for (const day of on) days[day] = spans.sort(([a], [b]) => a - b);
  }
  return days;
}

function toMember({ name, hours, ...ids }: RawMember): PoolMember {
  return { name, ...(hours !== undefined && { hours }), ids: ids as Record<string, string> };
}
