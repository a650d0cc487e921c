/** What is of two accounts, and what of it is asked for by somebody who may see one. */
import type { AccountFigures, SeriesRow, WaypostEvent } from "../../../src/contracts.ts";
import type { StatusSources } from "../../../src/ops/status/system-status.ts";
import { makeText } from "../../store/make-events.ts";
import { berlin, munich } from "./access-harness.ts";

const wabaId = "900100200300400";
const mia = { waId: "15555550123", name: "Mia Own" };
export const ben = {
  waId: "15555550124",
  name: "Ben Hidden",
  userId: "DE.990124",
  username: "benhidden",
};
/** Writes to both. */
const zoe = { waId: "15555550125", name: "Zoe Shared" };
const text = (words: string, at: number, contact: object, phoneNumberId: string) =>
  makeText(words, { at, contact, account: { wabaId, phoneNumberId } });
export const own = text("own words", 1, mia, berlin);
export const shared = text("shared words in berlin", 3, zoe, berlin);
export const hidden = text("hidden words", 2, ben, munich);
export const hiddenOfZoe = text("hidden too", 1, zoe, munich);
/** Figures in which other accounts are counted: none of them may be found in an answer. */
export const figure = (n: number) => 773_100 + n;
export const anyFigure = /7731\d\d/;

/** Of this hour: what a process answered, what a destination took, and what came for the other account. */
export function figuresOfOthers(): SeriesRow[] {
  const at = `${new Date().toISOString().slice(0, 13)}:00:00.000Z`;
  const ofAccount: AccountFigures = {
    ...{ events: figure(10), outgoing: figure(11), inbound: { text: figure(12) } },
    ...{ failures: { "131026": figure(13) }, statuses: { sent: figure(14) }, told: [] },
  };
  const ofProcess = {
    ...{ role: "start", host: "here", posts: { "200": figure(15) }, spooled: figure(16) },
    ...{
      ack: [figure(17)],
      received: { [munich]: figure(18) },
      repeated: { [munich]: figure(19) },
    },
  };
  const ofDestination = {
    ...{ verdicts: { delivered: figure(20) }, dead: figure(21), oldestAgeMs: figure(22) },
  };
  return (["minute", "hour", "day"] as const).flatMap((step): SeriesRow[] => [
    { kind: "account", step, at, of: munich, figures: ofAccount },
    { kind: "process", step, at, of: "here/1", figures: ofProcess },
    { kind: "destination", step, at, of: "erp", by: "here/1", figures: ofDestination },
  ]);
}

/** What waits in the queues is of everybody. */
export const waitingOfOthers: StatusSources["bus"] = {
  health: () => ({ kind: "embedded", ready: true }),
  queues: async () => [
    {
      name: "waypost.store",
      ready: figure(30),
      unacked: figure(31),
      consumers: 1,
      dead: figure(32),
    },
  ],
};
const url = encodeURIComponent;
export const idsIn = (event: WaypostEvent) => ({
  id: event.id,
  wamid: event.data.message?.id ?? "",
  conversation: event.data.conversationId ?? "",
  person: event.data.contact?.waId ?? "",
});

/** Each operation that is open to such a token: what is asked, of an event; a new one is to be put here. */
export const asked: Readonly<
  Record<string, (ids: ReturnType<typeof idsIn>) => (string | [string, object])[]>
> = {
  "get /api/events": ({ conversation, person, wamid }) => [
    ...["", `?account=${munich}`, `?account=${wabaId}`, "?text=hidden", "?order=oldest"],
    ...[`?conversation=${conversation}`, `?contact=${person}`, `?messageId=${url(wamid)}`],
  ],
  "post /api/events": ({ person }) => [
    [
      "",
      { type: "business.a.b", account: "munich", contact: { phone: `+${person}` }, business: {} },
    ],
  ],
  "get /api/export/events": ({ person }) => ["", "?format=csv", `?contact=${person}`],
  "get /api/export/deliveries": ({ conversation }) => [
    "",
    "?format=csv",
    `?conversation=${conversation}`,
  ],
  "get /api/events/{id}": ({ id }) => [id],
  "get /api/timeline/{id}": ({ id }) => [id],
  "post /api/search": ({ id, wamid, conversation, person }) =>
    [id, wamid, conversation, person, `erp:${id}`, ben.name, ben.userId, "hidden", "pst_9"].map(
      (q) => ["", { q }] as [string, object],
    ),
  "get /api/messages/{wamid}": ({ wamid }) => [url(wamid)],
  "get /api/conversations": ({ person }) => ["", "?state=unanswered", `?contact=${person}`],
  "get /api/conversations/{id}": ({ conversation }) => [conversation],
  "get /api/conversations/{id}/messages": ({ conversation }) => [conversation],
  "get /api/contacts/{id}": ({ person }) => [person],
  "patch /api/contacts/{id}": ({ person }) => [[person, { tags: ["+vip"] }]],
  "get /api/media/{id}": () => ["1"],
  "get /api/quarantine": () => [""],
  "get /api/quarantine/{id}": () => ["qrn_other"],
  "post /api/quarantine/{id}/retry": () => [["qrn_other", {}]],
  "post /api/routes/test": ({ id }) => [
    ["", { id }],
    ["", { event: hidden }],
  ],
  "get /api/deliveries": ({ id }) => ["", `?event=${id}`, "?state=waiting", `?account=${munich}`],
  "post /api/deliveries/{id}/retry": ({ id }) => [[url(`erp:${id}`), {}]],
  "post /api/deliveries/{id}/cancel": ({ id }) => [[url(`erp:${id}`), {}]],
  "post /api/deliveries/{id}/give-up": ({ id }) => [[url(`erp:${id}`), {}]],
  "get /api/destinations": () => [""],
  "get /api/replays": () => ["", "?limit=1"],
  "post /api/replays": ({ person }) =>
    [{}, { account: munich }, { contact: person }, { state: "dead" }, { kind: "webhook" }].map(
      (filter) => ["", { filter, to: "routed", dryRun: true }] as [string, object],
    ),
  "get /api/replays/{id}": () => ["rpl_hidden24", "rpl_hidden26"],
  "post /api/replays/{id}/abort": () => [["rpl_hidden24", {}]],
  "get /api/report": () => ["", "?by=account,hour"],
  "get /api/session": () => [""],
  "delete /api/session": () => [["", {}]],
  "get /api/views": () => [""],
  "post /api/views": () => [["", { name: "mine", page: "events", filter: `account=${berlin}` }]],
  "patch /api/views/{id}": () => [["vew_hidden15", { name: "mine" }]],
  "delete /api/views/{id}": () => [["vew_0", {}]],
  "get /api/series": () => ["", "?step=day"],
  "get /api/stats": () => [""],
  "get /api/status": () => [""],
};
