import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { type AliasEdge, aliasEdges, personEdges } from "../../../src/event/alias-edges.ts";
import { conversationIdOf, personKey } from "../../../src/event/conversation.ts";
import { sameInOtherWriting } from "../../../src/event/phone.ts";
import { addEdge, persons } from "../../../src/store/contacts/aliases.ts";
import { makeEvent, makeStatus, makeText, phoneNumberId } from "../make-events.ts";

const runs = Number(process.env["FC_RUNS"] ?? 500);
type Party = { readonly userId?: string; readonly phone?: string };
const ways = [
  {
    what: "conversation",
    idOf: (party: Party) => conversationIdOf(phoneNumberId, party) ?? "",
    edges: aliasEdges,
  },
  { what: "contact", idOf: (party: Party) => personKey(party) ?? "", edges: personEdges },
];

/** Numbers that are nobody's, each with and without what its country's reform added. */
const writings = {
  brazil: ["55119", "5511"],
  mexico: ["52155", "5255"],
  argentina: ["54911", "5411"],
};
const pairs = fc
  .tuple(fc.constantFrom("brazil", "mexico", "argentina"), fc.integer({ min: 0, max: 9_999_999 }))
  .map(([country, n]) => {
    const digits = `8${String(n).padStart(7, "0")}`;
    const [one, other] = writings[country as keyof typeof writings];
    return [`${one}${digits}`, `${other}${digits}`] as [string, string];
  });

interface Told {
  readonly by: "meta" | "us";
  readonly kind: number;
  readonly waId?: string;
  readonly userId?: string;
}

/** What each of both sides says of a person. */
function eventOf({ by, kind, waId, userId }: Told): WaypostEvent {
  const contact = { ...(waId && { waId }), ...(userId && { userId }) };
  const echo = { type: "whatsapp.echo.text", contact };
  const metas = [makeText("hello", { contact }), makeStatus("wamid.1", "delivered", { contact })];
  const ours = ["business.payment.succeeded", "whatsapp.outgoing.text", "whatsapp.status.failed"];
  if (by === "meta") return [...metas, makeEvent(echo)][kind % 3] as WaypostEvent;
  return makeEvent({ type: ours[kind % 3] as string, contact });
}

function learn(told: readonly Told[], edgesOf: (event: WaypostEvent) => AliasEdge[]) {
  const edges = new Map<string, AliasEdge>();
  for (const edge of told.map(eventOf).flatMap(edgesOf)) addEdge(edges, edge);
  return persons([...edges.values()]);
}

for (const way of ways)
  describe(`a ${way.what} in countries where phones have two writings`, () => {
    const kind = fc.nat(2);
    it("is one person's in either writing, in whatever order they are told", () => {
      const events = pairs.chain((pair) =>
        fc.record({
          pair: fc.constant(pair),
          metas: fc.nat(1),
          told: fc.array(fc.record({ kind, which: fc.nat(1), withId: fc.boolean() }), {
            maxLength: 6,
          }),
          withId: fc.boolean(),
          at: fc.nat(6),
        }),
      );
      fc.assert(
        fc.property(events, ({ pair, metas, told, withId, at }) => {
          const waId = pair[metas] as string;
          const meta: Told = { by: "meta", kind: at, waId, ...(withId && { userId: "BR.1" }) };
          const ours = told.map(
            (each): Told => ({ by: "us", kind: each.kind, waId: pair[each.which] as string }),
          );
          const all = [...ours.slice(0, at), meta, ...ours.slice(at)];
          const joined = learn(all, way.edges);
          const [one, other] = pair.map((phone) => [...joined(way.idOf({ phone }))].sort());
          assert.deepEqual(one, other);
          if (withId) assert.ok(one?.includes(way.idOf({ userId: "BR.1" })));
        }),
        { numRuns: runs },
      );
    });

    it("is never two people's whom Meta knows by the two, whatever your systems say", () => {
      const step = fc.record({
        by: fc.constantFrom("meta" as const, "us" as const),
        kind,
        who: fc.nat(1),
        withPhone: fc.boolean(),
        withId: fc.boolean(),
      });
      fc.assert(
        fc.property(pairs, fc.array(step, { maxLength: 10 }), (pair, steps) => {
          const told = steps.map(
            ({ who, withPhone, withId, ...each }): Told => ({
              ...each,
              ...((withPhone || !withId) && { waId: pair[who] as string }),
              ...(withId && { userId: `BR.${who}` }),
            }),
          );
          const known = [0, 1].every((who) =>
            told.some(({ by, waId }) => by === "meta" && waId === pair[who]),
          );
          fc.pre(known);
          const joined = learn(told, way.edges);
          const theirs = (who: number) =>
            [{ phone: pair[who] as string }, { userId: `BR.${who}` }].map(way.idOf);
          for (const id of theirs(0)) {
            for (const other of theirs(1))
              assert.ok(!joined(id).includes(other), `${id} is ${other}`);
          }
        }),
        { numRuns: runs },
      );
    });

    it("is not that of whom your systems know by an id of their own and the other writing", () => {
      const [mobile, landline] = ["5491123456789", "541123456789"];
      const joined = learn(
        [
          { by: "meta", kind: 0, waId: mobile, userId: "AR.1" },
          { by: "us", kind: 0, waId: landline, userId: "AR.2" },
        ],
        way.edges,
      );
      assert.ok(!joined(way.idOf({ userId: "AR.1" })).includes(way.idOf({ userId: "AR.2" })));
      assert.ok(joined(way.idOf({ userId: "AR.1" })).includes(way.idOf({ phone: mobile })));
      assert.ok(joined(way.idOf({ userId: "AR.2" })).includes(way.idOf({ phone: landline })));
    });

    it("is not joined by what your systems say alone, nor by what could not be sent", () => {
      for (const kind of [0, 1, 2]) {
        const joined = learn([{ by: "us", kind, waId: "5215512345678" }], way.edges);
        assert.equal(joined(way.idOf({ phone: "525512345678" })).length, 1);
      }
    });
  });

it("says no other writing of what may be a landline, or has one writing alone", () => {
  for (const phone of ["551155500011", "5511955500011", "551133334444", "4915550002211", ""]) {
    assert.equal(sameInOtherWriting(phone), undefined, phone);
  }
  assert.equal(sameInOtherWriting("5511987654321"), "551187654321");
});
