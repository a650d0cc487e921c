import type { Harness } from "../harness.ts";
import {
  addReplay,
  business,
  conversationId,
  message,
  person,
  quarantined,
} from "./planted-log.ts";

/** How who asks knows those that the log tells of: by their ids, or by what masked answers call them. */
export interface Names {
  readonly message: string;
  readonly conversation: string;
  readonly serviceEvent: string;
  readonly serviceDelivery: string;
  readonly contact: string;
}

export const realNames: Omit<Names, "contact"> = {
  message: person.wamid,
  conversation: conversationId,
  serviceEvent: business.id,
  serviceDelivery: `erp:${business.id}`,
};

export interface Case {
  readonly path: (names: Names) => string;
  /** Of a POST or PATCH. */
  readonly body?: (names: Names) => object;
  /** What must be so before it is asked. */
  readonly before?: (ops: Harness) => Promise<unknown>;
  /** What its answer shows to who may see contents: a case that shows nothing of a person must say so. */
  readonly shows: readonly (keyof typeof person)[];
}

const url = encodeURIComponent;
const plain = (path: string, body?: object): Case => ({
  path: () => path,
  ...(body && { body: () => body }),
  shows: [],
});
const eventText = ["phone", "userId", "username", "name", "wamid", "text", "fileName"] as const;
const whole = [...eventText, "mediaId"] as const;

let replays = 0;
let made = 0;

/** Each operation of `schemas/openapi.yaml`: a new one is to be put here, with what of a person it can answer. */
export const cases: Readonly<Record<string, Case | readonly Case[]>> = {
  "get /api/events": [
    { path: () => "/api/events", shows: [...whole, "business", "serviceId"] },
    { path: ({ conversation }) => `/api/events?conversation=${url(conversation)}`, shows: whole },
    { path: ({ message: id }) => `/api/events?messageId=${url(id)}`, shows: whole },
    { path: ({ contact }) => `/api/events?contact=${contact}`, shows: whole },
  ],
  "post /api/search": [
    {
      path: () => "/api/search",
      body: ({ conversation }) => ({ q: conversation }),
      shows: ["name"],
    },
    { path: () => "/api/search", body: ({ message: q }) => ({ q }), shows: ["wamid", "text"] },
    { path: () => "/api/search", body: ({ contact: q }) => ({ q }), shows: ["name"] },
  ],
  "get /api/timeline/{id}": {
    path: () => `/api/timeline/${message.id}`,
    shows: ["vendorAnswer", "text"],
  },
  "post /api/events": plain("/api/events", { type: "business.nothing.much", business: {} }),
  "get /api/export/events": [
    { path: () => "/api/export/events", shows: [...whole, "business", "serviceId"] },
    { path: () => "/api/export/events?format=csv", shows: ["phone", "name", "wamid", "text"] },
    { path: ({ contact }) => `/api/export/events?contact=${contact}`, shows: whole },
  ],
  "get /api/export/deliveries": [
    { path: () => "/api/export/deliveries", shows: ["vendorAnswer", "remoteId"] },
    { path: () => "/api/export/deliveries?format=csv", shows: ["vendorAnswer", "remoteId"] },
  ],
  "get /api/events/stream": { path: () => "/api/events/stream", shows: whole },
  "get /api/events/{id}": [
    { path: () => `/api/events/${message.id}`, shows: [...whole, "vendorAnswer", "remoteId"] },
    { path: ({ serviceEvent }) => `/api/events/${url(serviceEvent)}`, shows: ["business", "name"] },
  ],
  "get /api/messages/{wamid}": {
    path: ({ message: id }) => `/api/messages/${url(id)}`,
    shows: [...whole],
  },
  "get /api/conversations": {
    path: () => "/api/conversations",
    shows: ["phone", "name", "userId"],
  },
  "get /api/conversations/{id}": {
    path: ({ conversation }) => `/api/conversations/${url(conversation)}`,
    shows: ["phone", "name", "username"],
  },
  "get /api/conversations/{id}/messages": {
    path: ({ conversation }) => `/api/conversations/${url(conversation)}/messages`,
    shows: ["name", "wamid", "text", "fileName"],
  },
  "get /api/contacts/{id}": {
    path: ({ contact }) => `/api/contacts/${contact}`,
    shows: ["phone", "name", "userId", "city"],
  },
  "patch /api/contacts/{id}": {
    path: ({ contact }) => `/api/contacts/${contact}`,
    body: () => ({ tags: ["+vip"] }),
    shows: ["phone", "name", "city"],
  },
  "get /api/media/{id}": { path: () => `/api/media/${person.mediaId}`, shows: ["bytes"] },
  "get /api/quarantine": { path: () => "/api/quarantine", shows: ["phone"] },
  "get /api/quarantine/{id}": {
    path: () => `/api/quarantine/${quarantined.id}`,
    shows: ["phone"],
  },
  "post /api/quarantine/{id}/retry": {
    path: () => `/api/quarantine/${quarantined.id}/retry`,
    body: () => ({}),
    shows: ["phone"],
  },
  "post /api/routes/test": {
    path: () => "/api/routes/test",
    body: () => ({ id: message.id }),
    shows: ["text", "phone"],
  },
  "get /api/deliveries": {
    path: () => "/api/deliveries",
    shows: ["vendorAnswer", "remoteId", "business", "serviceId"],
  },
  "post /api/deliveries/{id}/retry": {
    path: ({ serviceDelivery }) => `/api/deliveries/${url(serviceDelivery)}/retry`,
    body: () => ({}),
    before: ({ ledger }) => ledger.giveUp(realNames.serviceDelivery, "given up"),
    shows: ["serviceId", "vendorAnswer"],
  },
  "post /api/deliveries/{id}/cancel": plain("/api/deliveries/erp%3Aevt_none/cancel", {}),
  "post /api/deliveries/{id}/give-up": {
    path: ({ serviceDelivery }) => `/api/deliveries/${url(serviceDelivery)}/give-up`,
    body: () => ({ reason: `asked by +${person.phone}` }),
    before: ({ ledger }) => ledger.reopen(realNames.serviceDelivery, { again: true }),
    shows: ["serviceId", "phone"],
  },
  "get /api/destinations": plain("/api/destinations"),
  "post /api/destinations/{name}/check": {
    path: () => "/api/destinations/erp/check",
    body: () => ({}),
    shows: ["vendorAnswer"],
  },
  "get /api/processes": plain("/api/processes"),
  "get /api/dead-letters": plain("/api/dead-letters"),
  "post /api/destinations/{name}/pause": {
    path: () => "/api/destinations/crm/pause",
    body: () => ({ reason: `asked by +${person.phone}` }),
    shows: ["phone"],
  },
  "post /api/destinations/{name}/resume": plain("/api/destinations/crm/resume", {}),
  "post /api/reload": plain("/api/reload", {}),
  "post /api/topology/prune": plain("/api/topology/prune", {}),
  "post /api/topology/drop-dead": plain("/api/topology/drop-dead", { queue: "none" }),
  "get /api/replays": { path: () => "/api/replays", shows: ["text", "phone"] },
  "post /api/replays": [
    {
      path: () => "/api/replays",
      body: ({ message: id }) => ({ filter: { messageId: id }, to: "crm" }),
      shows: ["wamid"],
    },
    {
      path: () => "/api/replays",
      body: ({ conversation }) => ({ filter: { conversation }, to: "crm", dryRun: true }),
      shows: [],
    },
  ],
  "get /api/replays/{id}": { path: () => "/api/replays/rpl_planted", shows: ["text", "phone"] },
  "post /api/replays/{id}/abort": {
    path: () => `/api/replays/rpl_${replays}/abort`,
    body: () => ({}),
    before: (ops) => addReplay(ops, `rpl_${++replays}`),
    shows: ["text", "phone"],
  },
  "post /api/renormalizations": {
    path: () => "/api/renormalizations",
    body: () => ({ from: "2026-11-20", to: "2026-11-21", dryRun: true }),
    shows: ["text", "name"],
  },
  "get /api/series": plain(
    "/api/series?step=day&from=2026-11-20T00:00:00Z&to=2026-11-22T00:00:00Z",
  ),
  "get /api/report": plain("/api/report?by=template&from=2026-11-20&to=2026-11-22"),
  "get /api/doctor": plain("/api/doctor"),
  "get /api/configuration": plain("/api/configuration"),
  "get /api/connect": plain("/api/connect"),
  "post /api/test-message": plain("/api/test-message", {}),
  "get /api/stats": plain("/api/stats"),
  "get /api/status": plain("/api/status"),
  // Who has which token, and what was done: neither says anything of a customer.
  "post /api/session": plain("/api/session", { token: "no-such-token" }),
  "get /api/session": plain("/api/session"),
  "delete /api/session": plain("/api/session"),
  "post /api/session/codes": plain("/api/session/codes", {}),
  "get /api/tokens": plain("/api/tokens"),
  "post /api/tokens": {
    path: () => "/api/tokens",
    body: () => ({ name: `made-${++made}`, scopes: ["read"] }),
    shows: [],
  },
  "delete /api/tokens/{name}": plain("/api/tokens/nobody"),
  "get /api/views": plain("/api/views"),
  "post /api/views": plain("/api/views", { name: "today", page: "events", filter: "from=1d" }),
  "patch /api/views/{id}": plain("/api/views/vew_0", { name: "week" }),
  "delete /api/views/{id}": plain("/api/views/vew_0"),
  "get /api/audit": plain("/api/audit?limit=200"),
  "get /healthz": plain("/healthz"),
  "get /readyz": plain("/readyz"),
  "get /metrics": plain("/metrics"),
  "get /runbooks/{name}": plain("/runbooks/none"),
  "get /schemas/{name}": plain("/schemas/event.schema.json"),
};
