import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { type AliasEdge, aliasEdges, personEdges } from "../../../src/event/alias-edges.ts";
import { conversationIdOf, personKey } from "../../../src/event/conversation.ts";
import { addEdge, persons } from "../../../src/store/contacts/aliases.ts";
import { makeEvent, makeText, phoneNumberId } from "../make-events.ts";

const runs = Number(process.env["FC_RUNS"] ?? 1_000);
/** Their conversations with one number, and they themselves over all numbers. */
const ways = [
  { what: "conversations", idOf: conversationOf, edges: aliasEdges },
  { what: "contacts", idOf: (party: object) => personKey(party) ?? "", edges: personEdges },
];
type Way = (typeof ways)[number];

function conversationOf(party: object): string {
  return conversationIdOf(phoneNumberId, party) ?? "";
}

/** Somebody writes, changes number, or is heard of for the first time on a number that is free. */
type Step = {
  readonly who: number;
  readonly does: "writes" | "moves" | "appears";
  readonly phone: number;
  /** Which of the ids at hand the payload holds. */
  readonly tells: readonly [boolean, boolean, boolean];
  readonly newId: boolean;
};
const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(3),
  does: fc.constantFrom("writes", "writes", "moves", "appears"),
  phone: fc.nat(3),
  tells: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  newId: fc.boolean(),
});

interface Person {
  readonly nth: number;
  phone: number;
  userId: string;
}

/** What Meta would have sent, and whose each conversation is in truth. */
function live(steps: readonly Step[], cnv: Way["idOf"]) {
  const people: Person[] = [];
  const events: WaypostEvent[] = [];
  const owners = new Map<string, Set<number>>();
  const waId = (phone: number) => `1555555010${phone}`;
  let ids = 0;
  const own = (person: Person) => {
    for (const id of [cnv({ phone: waId(person.phone) }), cnv({ userId: person.userId })]) {
      owners.set(id, (owners.get(id) ?? new Set()).add(person.nth));
    }
  };
  const isFree = (phone: number) => people.every((person) => person.phone !== phone);
  const newId = () => {
    ids += 1;
    return `DE.${ids}`;
  };
  for (const [at, { who, does, phone, tells, ...change }] of steps.entries()) {
    const person = people[who % Math.max(1, people.length)];
    if (does === "appears" && isFree(phone)) {
      people.push({ nth: people.length, phone, userId: newId() });
      own(people.at(-1) as Person);
    } else if (does === "writes" && person !== undefined) {
      const [phoneToo, userToo] = tells;
      const contact = {
        ...(phoneToo && { waId: waId(person.phone) }),
        ...(userToo && { userId: person.userId }),
      };
      events.push(makeText("hello", { at, contact }));
    } else if (does === "moves" && person !== undefined && isFree(phone)) {
      const before = { ...person };
      person.phone = phone;
      if (change.newId) person.userId = newId();
      own(person);
      const [oldUser, newUser, contactUser] = tells;
      const system = {
        type: "user_changed_number",
        waId: waId(phone),
        previousWaId: waId(before.phone),
        ...(newUser && { userId: person.userId }),
        ...(oldUser && change.newId && { previousUserId: before.userId }),
      };
      const contact = {
        waId: waId(before.phone),
        ...(contactUser && { userId: before.userId }),
      };
      const message = { id: `wamid.${at}`, type: "system", system };
      events.push(makeEvent({ at, type: "whatsapp.message.system", contact, data: { message } }));
    }
  }
  return { events, owners };
}

const livesBy = ({ idOf }: Way) =>
  fc
    .array(step, { minLength: 4, maxLength: 24 })
    .map((steps) => live(steps, idOf))
    .chain(({ events, owners }) =>
      fc
        .shuffledSubarray(events, { minLength: events.length })
        .map((shuffled) => ({ events, shuffled, owners })),
    );

for (const way of ways) describe(`two people, by their ${way.what},`, () => testWay(way));

function testWay(way: Way): void {
  const lives = livesBy(way);
  const learn = (events: readonly WaypostEvent[]): AliasEdge[] => {
    const edges = new Map<string, AliasEdge>();
    for (const edge of events.flatMap(way.edges)) addEdge(edges, edge);
    return [...edges.values()];
  };
  it("are never one, and who is who does not depend on the order of events", () => {
    fc.assert(
      fc.property(lives, ({ events, shuffled, owners }) => {
        const [inOrder, inAny] = [persons(learn(events)), persons(learn(shuffled))];
        const theirs = (id: string) => [...(owners.get(id) ?? [])];
        for (const id of owners.keys()) {
          assert.deepEqual([...inAny(id)].sort(), [...inOrder(id)].sort());
          // A phone that two had holds what both wrote; nothing can take that apart.
          const single = [...inAny(id)].filter((each) => theirs(each).length === 1);
          assert.ok(new Set(single.flatMap(theirs)).size <= 1, JSON.stringify(learn(events)));
        }
      }),
      { numRuns: runs },
    );
  });

  it("with BSUIDs are never one, whatever has not come yet", () => {
    const users = (owners: ReadonlyMap<string, ReadonlySet<number>>) =>
      new Map(
        Array.from({ length: 30 }, (_, i) => way.idOf({ userId: `DE.${i}` })).flatMap((id) =>
          [...(owners.get(id) ?? [])].map((nth) => [id, nth] as const),
        ),
      );
    fc.assert(
      fc.property(lives, ({ shuffled, owners }) => {
        const known = users(owners);
        for (let length = 1; length <= shuffled.length; length += 1) {
          const joined = persons(learn(shuffled.slice(0, length)));
          for (const [id, nth] of known) {
            assert.ok(joined(id).every((other) => (known.get(other) ?? nth) === nth));
          }
        }
      }),
      { numRuns: runs },
    );
  });
}
