import { Readable } from "node:stream";
import type { KeptFile, Renormalization, Route, WaypostEvent } from "../../../src/contracts.ts";
import { quarantinedPost } from "../../../src/event/quarantined-post.ts";
import { makeEvent, makeStatus } from "../../store/make-events.ts";
import { reserveSeq } from "../../support/reserve-seq.ts";
import { type Harness, startOps } from "../harness.ts";

/** What somebody who may not see contents must not find in anything that Waypost answers. */
export const person = {
  phone: "491709998877",
  userId: "DE.9988776655443",
  username: "zq.feather",
  name: "Zacharias Quillfeather",
  wamid: "wamid.HBgMNDkxNzA5OTk4ODc3FQIAEhggQUZBRg==",
  text: "my secret broomstick is late",
  fileName: "Attest_Quillfeather.pdf",
  mediaId: "8100000000777",
  vendorAnswer: "422 quillfeather-ticket is closed",
  remoteId: "zd-991-quillfeather",
  business: "policy-of-quillfeather",
  city: "Broomville",
  serviceId: "order-491709998877",
  bytes: "not json of Quillfeather",
};
const { phone } = person;
/** All that is looked for, phones as others would write them too. Upper and lower case are one. */
export const planted: readonly string[] = [
  ...Object.values(person),
  `+${phone}`,
  "+49 170 9998877",
  "170 999 88 77",
  "(170) 999-8877",
  "9998877",
  "Quillfeather",
  "broomstick",
  "HBgMNDkxNzA5OTk4ODc3",
  encodeURIComponent(person.wamid),
  Buffer.from(person.bytes).toString("base64"),
];

const contact = {
  ...{ waId: phone, userId: person.userId, username: person.username, name: person.name },
};

export const message: WaypostEvent = makeEvent({
  id: "evt_planted2document",
  type: "whatsapp.message.document",
  contact,
  data: {
    message: {
      ...{ id: person.wamid, type: "document", sentAt: "2026-11-20T10:00:01.000Z" },
      text: { body: person.text },
      context: { from: `+${phone}`, id: person.wamid },
      document: {
        ...{ id: person.mediaId, mimeType: "application/pdf", filename: person.fileName },
        caption: person.text,
      },
    },
    raw: {
      object: "whatsapp_business_account",
      entry: [{ changes: [{ value: { contacts: [{ wa_id: phone, profile: contact }] } }] }],
    },
  },
});
/** Published by a service, under an id of its own. */
export const business: WaypostEvent = makeEvent({
  id: person.serviceId,
  type: "business.policy.signed",
  contact,
  data: { business: { policy: person.business, phone: Number(phone), [person.name]: 1 } },
});
const status: WaypostEvent = makeStatus(person.wamid, "delivered", {
  id: "evt_planted2status",
  contact,
  data: {
    status: {
      ...{ messageId: person.wamid, status: "delivered", recipientId: phone },
      at: "2026-11-20T10:00:02.000Z",
      errors: [{ code: 131_026, title: "Undeliverable", details: `to ${phone}` }],
    },
  },
});
export const quarantined = quarantinedPost(
  Buffer.from(person.bytes),
  [{ path: `entry[0].${phone}`, reason: "is not JSON" }],
  { receivedAt: "2026-11-20T10:00:03.000Z", postId: "pst_planted" },
);
export const conversationId = message.data.conversationId ?? "";

const routes: readonly Route[] = [
  {
    ...{ name: "lead", when: { type: ["whatsapp.message.*"] }, test: false, to: ["erp"] },
    set: { tag: { add: ["vip"], remove: [] }, field: { said: "{{ message.text.body }}" } },
    emit: { type: "business.lead.captured", data: { text: "{{ message.text.body }}" } },
  },
  { name: "words", when: { type: ["whatsapp.call.*"] }, test: false, to: ["crm"] },
];

/** The ops port over a real store in which one person has written, was answered, and lies in quarantine. */
export async function startPlanted(): Promise<Harness> {
  const file: KeptFile = {
    ...{ mediaId: person.mediaId, name: person.fileName, type: "application/pdf" },
    ...{ bytes: person.bytes.length, sha256: "ab", link: async () => undefined },
    open: async () => Readable.from([Buffer.from(person.bytes)]),
  };
  const ops = await startOps({
    routes,
    fromStore: true,
    findFile: async (id) => (id === person.mediaId ? file : undefined),
    intake: { publish: async () => undefined, accounts: () => ({}) },
    renormalize: async () => renormalized,
    check: async () => [{ name: "credentials", ok: false, detail: person.vendorAnswer }],
    retryQuarantined: async ({ id }) => ({
      ...{ id, understood: 0, closed: false, published: [person.serviceId] },
      problems: [{ path: `entry[0].${phone}`, reason: "is not JSON" }],
    }),
    reload: async () => ({ reloaded: true, destinations: 2, routes: 2, warnings: [], others: [] }),
  });
  for (const name of ["erp", "crm", "flows"]) ops.destinations.set(name, { kind: "webhook" });
  const { store } = ops;
  await store.append([message, business, status, quarantined]);
  await fillLedger(ops);
  await addReplay(ops, "rpl_planted");
  const found = await store.contacts.find(phone);
  await store.contacts.change(found?.id ?? "", { fields: { city: person.city } });
  return ops;
}

/** One by a text and a phone that runs. */
export function addReplay({ store }: Harness, id: string): Promise<void> {
  const createdAt = message.data.receivedAt;
  const filter = { of: "events", text: person.text, contact: `+${phone}`, to: createdAt } as const;
  const counts = { found: 0, opened: 0, had: 0, leftOut: {} };
  const how = { to: "crm", again: false, effects: false, rate: 1 };
  return store.replays.create({ id, state: "running", createdAt, filter, ...how, ...counts });
}

async function fillLedger({ ledger }: Harness): Promise<void> {
  const seen = await ledger.lease("erp");
  const { epoch = 0 } = (await ledger.takeLease("erp", seen, "worker-1/7/work/aa 0123abcd")) ?? {};
  for (const event of [message, business]) {
    const id = `erp:${event.id}`;
    const seq = (await reserveSeq(ledger, "erp", epoch, 1)) ?? 0;
    const createdAt = event.data.receivedAt;
    const row = {
      id,
      destination: "erp",
      eventId: event.id,
      eventType: event.type,
      seq,
      createdAt,
    };
    await ledger.insert([{ ...row, route: "lead", laneKeys: [conversationId] }], epoch);
    const history = [
      { at: createdAt, ms: 4, outcome: "refused" as const, answer: person.vendorAnswer },
    ];
    const done = { attempts: 1, doneAt: createdAt, reason: `refused +${phone}`, history };
    await ledger.write(epoch, [
      { id, state: "dead", ...done, remoteId: person.remoteId, emits: [business] },
    ]);
  }
}

const renormalized: Renormalization = {
  ...{ dataversion: 2, dryRun: true, paths: { "data.message.text.body": 1 }, next: null },
  counts: {
    ...{ events: 1, unchanged: 0, changed: 1, superseded: 0, split: 0, lost: 0, refused: 0 },
    ...{ skipped: 0, quarantined: 0, understood: 0, recovered: 0, published: 0 },
  },
  examples: [
    {
      ...{ kind: "changed", id: message.id, type: message.type },
      changes: [{ path: "data.message.text.body", before: person.text, after: `"${person.name}"` }],
    },
  ],
};
