import {
  type After,
  type DataWhen,
  type Matching,
  type Once,
  type Only,
  type Route,
  type Scalar,
  type TemplateReads,
  type TextWhen,
  toChange,
  type When,
} from "../contracts.ts";
import { milliseconds } from "../support/duration.ts";
import { hideSecrets } from "./freeze.ts";
import type { RawOnly, RawRoute, RawValueWhen, RawWhen } from "./raw-routing.ts";
import { many, mapValues } from "./reading.ts";

/** `defaults`: the `only` that must hold too, unless the route does without. */
export function toRoute(
  raw: RawRoute,
  defaults: RawOnly | undefined,
  templatesRead: TemplateReads | undefined,
): Route {
  const { name, when, after, once, maxAge, to, emit, set, test } = raw;
  const only = bothOf(raw.only, raw.defaults === false ? undefined : defaults);
  const targets = many(to ?? []).map(targetOf);
  const options = Object.fromEntries(
    targets
      .filter(([, { transcript: _, ...given }]) => Object.keys(given).length > 0)
      .map(([target, { transcript: _, ...given }]) => [target, given]),
  );
  const transcripts = Object.fromEntries(
    targets.flatMap(([target, { transcript }]) =>
      transcript === undefined ? [] : [[target, Number(transcript)]],
    ),
  );
  const route: Route = {
    name,
    when: toWhen(when),
    ...(only && { only }),
    ...(after !== undefined && { after: toAfter(after) }),
    ...(once && { once: toOnce(once) }),
    ...(maxAge !== undefined && { maxAgeMs: milliseconds(maxAge) }),
    to: [...new Set(targets.map(([target]) => target))],
    ...(Object.keys(options).length > 0 && { options }),
    ...(Object.keys(transcripts).length > 0 && { transcripts }),
    ...(templatesRead && { templatesRead }),
    ...(emit && { emit }),
    ...(set && { set: toChange(set) }),
    test: test ?? false,
  };
  return hideSecrets(route, ["options"]);
}

type Target = readonly [name: string, options: Readonly<Record<string, unknown>>];

function targetOf(
  raw: string | Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Target {
  const [entry = ["", {}] as const] =
    typeof raw === "string" ? [[raw, {}] as const] : Object.entries(raw);
  return entry;
}

/** Single values become lists of one. */
function toWhen(raw: RawWhen): When {
  const { text, replyId, referral, from, data, not, ...lists } = raw;
  return {
    ...mapValues(lists, many),
    ...(text && { text: mapValues(text, many) as TextWhen }),
    ...(replyId !== undefined && { replyId: toReplyId(replyId) }),
    ...(referral !== undefined && {
      referral: typeof referral === "boolean" ? referral : mapValues(referral, many),
    }),
    ...(from && { from }),
    ...(data && { data: mapValues(data, toValueWhen) }),
    ...(not && { not: toWhen(not) }),
  };
}

function toReplyId(raw: NonNullable<RawWhen["replyId"]>): readonly string[] | Matching {
  if (typeof raw === "object" && "matches" in raw) return { matches: many(raw.matches) };
  return many(raw);
}

/** Of `data` in a route, and of `when` in a source. */
export function toValueWhen(raw: RawValueWhen): DataWhen {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return many(raw as Scalar);
  const { matches, ...others } = raw as Exclude<RawValueWhen, Scalar | readonly Scalar[]>;
  return { ...others, ...(matches !== undefined && { matches: many(matches) }) };
}

/** Of a route that has none of its own, the defaults are all. */
function bothOf(own: RawOnly | undefined, defaults: RawOnly | undefined): Only | undefined {
  if (own === undefined) return defaults && toOnly(defaults);
  return { ...toOnly(own), ...(defaults && { all: [toOnly(defaults)] }) };
}

function toOnly(raw: RawOnly): Only {
  const { first, opens, about, field, owner, held, answered, window, consent, not, ...lists } = raw;
  return {
    ...mapValues(lists, many),
    ...(first !== undefined && { first }),
    ...(opens !== undefined && { opens }),
    ...(about && { about: toAbout(about) }),
    ...(field && { field: mapValues(field, many) }),
    ...(owner !== undefined && { owner: typeof owner === "boolean" ? owner : many(owner) }),
    ...(held && { held: { by: many(held.by) } }),
    ...(answered && { answered: { by: many(answered.by) } }),
    ...(window && { window }),
    ...(consent !== undefined && { consent }),
    ...(not && { not: toOnly(not) }),
  };
}

function toAbout({ within, ...lists }: NonNullable<RawOnly["about"]>): NonNullable<Only["about"]> {
  return {
    ...mapValues(lists, many),
    ...(within !== undefined && { withinMs: milliseconds(within) }),
  };
}

function toAfter(raw: NonNullable<RawRoute["after"]>): After {
  if (typeof raw === "string") return { delayMs: milliseconds(raw) };
  const { delay, hours } = raw;
  return { delayMs: milliseconds(delay), ...(hours !== undefined && { hours }) };
}

function toOnce({ per, for: time }: NonNullable<RawRoute["once"]>): Once {
  const ends = time === "untilClosed" || time === "untilAnswered";
  return { per, for: ends ? time : milliseconds(time) };
}
