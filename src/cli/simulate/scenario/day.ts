import { openTalk, type Scheduled, type Talk } from "./talk.ts";
import type { World } from "./world.ts";

/** How long a simulated day lasts, in seconds: from eight to eight. */
export const daySeconds = 43_200;

/** A day in a business: who is written to, who writes, and what happens to its account. */
export interface Story {
  /** A template to each person in the morning. */
  readonly toEverybody: (talk: Talk) => void;
  /** What people write about; repeated by how often it is met. */
  readonly stories: readonly ((talk: Talk) => void)[];
  /** The account's own troubles, once a day. */
  readonly once: (talk: Talk) => void;
}

/** The whole day in order of time; it ends where payload times of the world start, which is now. */
export function writeDay(world: World, story: Story): Scheduled[] {
  const { random } = world;
  const steps: Scheduled[] = [];
  const tell = (person: number, from: number, tale: (talk: Talk) => void) => {
    const talk = openTalk(world, person, from);
    tale(talk);
    steps.push(...talk.steps);
  };
  tell(0, random.between(3600, 20_000), story.once);
  for (const index of world.people.keys()) {
    tell(index, 600 + index * 2, story.toEverybody);
    tell(index, busyHour(random.next(), random.next()), random.pick(story.stories));
  }
  return steps.filter(({ at }) => at < daySeconds).sort((a, b) => a.at - b.at);
}

/** Mornings and evenings are quiet: two draws make noon the likeliest hour. */
function busyHour(one: number, other: number): number {
  return Math.floor(1800 + ((one + other) / 2) * (daySeconds - 9000));
}

/** One short conversation that shows what Waypost does, with somebody who writes English. */
export function writeHello(world: World): Scheduled[] {
  const readable = world.people.findIndex(
    (person) => person.language === "en" && person.userId !== undefined,
  );
  const talk = openTalk(world, Math.max(0, readable), 0);
  talk.says("hello");
  talk.says("stock");
  talk.answers("available");
  talk.shows("reaction");
  talk.says("human");
  return talk.steps;
}

/** Conversations without end, up to fifty at a time, their steps mixed as they would come. */
export function* writeConversations(world: World, story: Story): Generator<Scheduled> {
  const { random } = world;
  let next = 0;
  const open = () => {
    const talk = openTalk(world, next, 0);
    next += 1;
    random.pick(story.stories)(talk);
    return { steps: talk.steps, at: 0 };
  };
  const talks = Array.from({ length: Math.min(50, world.people.length) }, open);
  for (;;) {
    const slot = random.below(talks.length);
    let talk = talks[slot];
    if (talk === undefined || talk.at >= talk.steps.length) {
      talk = open();
      talks[slot] = talk;
    }
    const step = talk.steps[talk.at];
    talk.at += 1;
    if (step !== undefined) yield step;
  }
}
