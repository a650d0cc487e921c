import { isOpen } from "../../contracts/business-hours.ts";
import type { AboutWhen, FlowRules, Only } from "../../contracts.ts";
import { contactKey, contactKeys } from "../../event/contact-keys.ts";
import { type Circumstances, isAnswered, isHeld, opens } from "./circumstances.ts";
import { receivedAt } from "./order.ts";

/** One key of an `only` as a test. */
export interface OnlyTest {
  readonly key: keyof Only;
  /** What it reads beside the event: nothing that changes, the log, or what `set` writes. */
  readonly reads: readonly ("log" | "memory")[];
  readonly holds: (about: Circumstances) => Promise<boolean> | boolean;
}

type Tests = {
  readonly [K in Exclude<keyof Only, "all">]-?: (
    value: NonNullable<Only[K]>,
  ) => Omit<OnlyTest, "key">;
};

/** The keys of `only`, compiled: those that need to ask nobody first. All must hold. */
export function compileOnly(only: Only, rules: FlowRules): OnlyTest[] {
  const tests = testsFor(rules);
  const compiled = (Object.keys(tests) as (keyof Tests)[]).flatMap((key) => {
    const value = only[key];
    if (value === undefined) return [];
    return [{ key, ...(tests[key] as (value: unknown) => Omit<OnlyTest, "key">)(value) }];
  });
  // What says no there says no for all.
  const inner = (only.all ?? []).flatMap((each) => compileOnly(each, rules));
  return [...compiled, ...inner].sort((a, b) => a.reads.length - b.reads.length);
}

const nothing = [] as const;
const log = ["log"] as const;
const memory = ["memory"] as const;

function testsFor(rules: FlowRules): Tests {
  return { ...testsOfEvent(rules), ...testsOfNow(rules), ...testsOfTests(rules) };
}

/** As of the event. */
function testsOfEvent(
  rules: FlowRules,
): Pick<Tests, "hours" | "list" | "first" | "opens" | "about"> {
  return {
    hours: (names) => ({ reads: nothing, holds: ({ at }) => openIn(names, at, rules) }),
    list: (names) => ({ reads: nothing, holds: byList(names, rules) }),
    first: (wanted) => ({
      reads: log,
      holds: async ({ event, contact }) =>
        ((await contact())?.first?.eventId === event.id) === wanted,
    }),
    opens: (wanted) => ({
      reads: log,
      holds: async (about) => (await opens(about, rules)) === wanted,
    }),
    about: (wanted) => ({ reads: log, holds: byAbout(wanted) }),
  };
}

type OfNow = "held" | "window" | "status" | "answered" | "followedBy";

/** As it stands at the turn. */
function testsOfNow(rules: FlowRules): Pick<Tests, OfNow | OfContact> {
  return {
    ...testsOfContact,
    held: ({ by }) => ({ reads: log, holds: (about) => isHeld(about, by, rules) }),
    window: (wanted) => ({
      reads: log,
      holds: async ({ windowUntil, now }) =>
        ((await windowUntil()) ?? 0) > now === (wanted === "open"),
    }),
    status: (statuses) => ({
      reads: log,
      holds: async ({ about }) => statuses.includes((await about())?.status ?? ""),
    }),
    answered: ({ by }) => ({ reads: log, holds: (about) => isAnswered(about, by) }),
    followedBy: (types) => ({
      reads: log,
      holds: ({ followedBy }) => followedBy(types),
    }),
  };
}

type OfContact = "tag" | "field" | "topic" | "owner" | "consent";

const testsOfContact: Pick<Tests, OfContact> = {
  tag: (tags) => ({
    reads: memory,
    holds: async ({ contact }) => {
      const has = (await contact())?.tags ?? [];
      return tags.some((tag) => has.includes(tag));
    },
  }),
  field: (fields) => ({
    reads: memory,
    holds: async ({ contact }) => {
      const known = (await contact())?.fields ?? {};
      return Object.entries(fields).every(
        ([name, values]) => Object.hasOwn(known, name) && values.includes(known[name] ?? null),
      );
    },
  }),
  topic: (topics) => ({
    reads: memory,
    holds: async ({ topic }) => topics.includes((await topic()) ?? ""),
  }),
  owner: (wanted) => ({
    reads: memory,
    holds: async ({ contact }) => {
      const name = (await contact())?.owner?.name;
      if (typeof wanted === "boolean") return (name !== undefined) === wanted;
      return name !== undefined && wanted.includes(name);
    },
  }),
  consent: (wanted) => ({
    reads: memory,
    holds: async ({ contact }) => {
      const { marketing, stopped } = (await contact())?.consent ?? {};
      return (marketing !== "revoked" && stopped !== true) === wanted;
    },
  }),
};

function testsOfTests(rules: FlowRules): Pick<Tests, "not"> {
  return {
    not: (inner) => {
      const tests = compileOnly(inner, rules);
      return { reads: readsOf(tests), holds: async (about) => !(await allHold(tests, about)) };
    },
  };
}

function readsOf(tests: readonly OnlyTest[]): OnlyTest["reads"] {
  return [...new Set(tests.flatMap(({ reads }) => reads))];
}

async function allHold(tests: readonly OnlyTest[], about: Circumstances): Promise<boolean> {
  return (await firstBroken(tests, about)) === undefined;
}

/** The key that said no. */
export async function firstBroken(
  tests: readonly OnlyTest[],
  about: Circumstances,
): Promise<keyof Only | undefined> {
  for (const { key, holds } of tests) if (!(await holds(about))) return key;
  return undefined;
}

function openIn(names: readonly string[], at: number, rules: FlowRules): boolean {
  return names.some((name) => {
    const hours = rules.hours[name];
    return hours !== undefined && isOpen(hours, new Date(at));
  });
}

function byList(names: readonly string[], rules: FlowRules): OnlyTest["holds"] {
  const wanted = new Set(names.flatMap((name) => (rules.lists[name] ?? []).map(contactKey)));
  return async ({ event, contact }) => {
    if (contactKeys(event).some((key) => wanted.has(key))) return true;
    // Whom the list knows by another id than the event has.
    const { userIds = [], phones = [] } = (await contact()) ?? {};
    return [...userIds, ...phones].some((id) => wanted.has(contactKey(id)));
  };
}

function byAbout({ template, campaign, withinMs }: AboutWhen): OnlyTest["holds"] {
  return async ({ event, about }) => {
    const found = await about();
    if (found === undefined) return false;
    if (template !== undefined && !anyOf(template, found.template)) return false;
    if (campaign !== undefined && !anyOf(campaign, found.campaign)) return false;
    return withinMs === undefined || receivedAt(event) - Date.parse(found.at) <= withinMs;
  };
}

/** Names, or beginnings of names that end in `*`. */
function anyOf(wanted: readonly string[], name: string | undefined): boolean {
  if (name === undefined) return false;
  return wanted.some((each) =>
    each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : each === name,
  );
}
