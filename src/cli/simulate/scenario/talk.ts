import { fieldItem } from "../catalog/catalog.ts";
import type { FieldBody } from "../catalog/golden.ts";
import { type MessageBody, messageBodies, newWamid, say, textBody } from "../catalog/messages.ts";
import { pricing } from "../catalog/statuses.ts";
import { type Cast, echoOf, inbound, type Json, type Step, statusOf } from "../item.ts";
import type { Phrase } from "./phrases.ts";
import { type Account, type Person, somebody, type World } from "./world.ts";

/** A step of a scenario and when it happens, in seconds since the scenario's start. */
export interface Scheduled {
  readonly at: number;
  readonly step: Step;
}

/** A conversation while it is being written: each call adds what happens next. */
export interface Talk {
  readonly world: World;
  readonly account: Account;
  readonly person: Person;
  readonly steps: Scheduled[];
  /** Lets time pass. */
  waits(seconds: number): void;
  /** The person writes; gives the wamid. */
  sends(body: (c: Cast) => MessageBody): string;
  /** The person writes a sentence in their language. */
  says(phrase: Phrase): string;
  /** The person sends a message of the catalogue. */
  shows(name: keyof typeof messageBodies): string;
  /** The team answers by hand: an echo with the text, then its statuses. */
  answers(phrase: Phrase): void;
  /** A message that went out through the API: only its statuses come. */
  sent(category: string, outcome?: Outcome): void;
  /** Any other webhook field about the person. */
  field(body: FieldBody): void;
}

/** What becomes of a message sent: `read`, only delivered, `skipped` (read without delivered), or failed. */
export type Outcome = "read" | "delivered" | "skipped" | { readonly failure: Json };

/** Opens a conversation of the world's n-th person, `from` seconds after the scenario's start. */
export function openTalk(world: World, personIndex: number, from: number): Talk {
  const { random } = world;
  const { person, account } = somebody(world, personIndex);
  const steps: Scheduled[] = [];
  let clock = from;
  let lastSent = newWamid(random);

  const add = (step: Step) => {
    steps.push({ at: clock, step });
  };
  const statuses = (id: string, category: string, outcome: Outcome) => {
    lastSent = id;
    for (const [status, pause] of journey(outcome)) {
      clock += random.between(1, pause);
      const priced = status === "sent" || status === "delivered";
      const failure = typeof outcome === "object" && status === "failed" ? outcome.failure : {};
      const extra = { ...(priced && pricing(category)), ...failure };
      add((at) => statusOf(account, person, id, at, status, extra));
    }
  };
  const sends = (body: (c: Cast) => MessageBody) => {
    const id = newWamid(random);
    const answered = lastSent;
    clock += random.between(4, 40);
    add((at) => inbound(account, person, id, at, body({ random, account, person, answered, at })));
    return id;
  };
  return {
    world,
    account,
    person,
    steps,
    waits: (seconds) => {
      clock += seconds;
    },
    sends,
    says: (phrase) => sends(() => textBody(say(person, phrase))),
    shows: (name) => sends(messageBodies[name]),
    answers: (phrase) => {
      const id = newWamid(random);
      clock += random.between(10, 90);
      add((at) => echoOf(account, person, id, at, textBody(say(person, phrase))));
      statuses(id, "service", answerOutcome(random.next()));
    },
    sent: (category, outcome = "read") => {
      clock += random.between(1, 5);
      statuses(newWamid(random), category, outcome);
    },
    field: (body) => {
      clock += random.between(1, 10);
      add((at) => fieldItem(body, { random, account, person, answered: lastSent, at }));
    },
  };
}

/** The statuses of one message and the longest pause before each, in seconds. */
function journey(outcome: Outcome): [status: string, pause: number][] {
  if (typeof outcome === "object") return Object.entries({ sent: 2, failed: 5 });
  if (outcome === "skipped") return Object.entries({ sent: 2, read: 4 });
  return Object.entries({ sent: 2, delivered: 4, ...(outcome === "read" && { read: 60 }) });
}

function answerOutcome(luck: number): Outcome {
  if (luck < 0.8) return "read";
  return luck < 0.95 ? "delivered" : "skipped";
}
