import { word } from "../option-schemas.ts";

const duration = { type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|min|h|d)$" } as const;
const id = { type: ["integer", "string"], pattern: "^[1-9][0-9]*$", minimum: 1 } as const;

/** Options of Zendesk in waypost.yaml. */
export const zendeskSchema = {
  type: "object",
  additionalProperties: false,
  required: ["clientId", "clientSecret"],
  anyOf: [{ required: ["subdomain"] }, { required: ["baseUrl"] }],
  properties: {
    subdomain: {
      description: "acme of https://acme.zendesk.com.",
      type: "string",
      pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
    },
    clientId: {
      description:
        "The OAuth client's identifier (Admin Center, Apps and integrations, APIs, OAuth clients).",
      ...word,
    },
    clientSecret: {
      description: "The OAuth client's secret.",
      ...word,
      "x-secret": true,
    },
    scope: {
      description:
        "What the access token may do. Audits, by which a comment is found again, need the global `read`. Default: read write.",
      ...word,
    },
    baseUrl: { description: "Instead of https://<subdomain>.zendesk.com.", ...word },
    debounce: {
      description:
        "How long messages of a conversation wait for more, so that they become one comment. At most 60s. Default: 15s.",
      ...duration,
    },
    reopenWithin: {
      description:
        "A message within this time after the ticket was solved opens it again; a later one opens a new ticket. Default: 3d.",
      ...duration,
    },
    newAfter: {
      description: "After so long a silence the next message opens a new ticket. Default: 14d.",
      ...duration,
    },
    ours: {
      description:
        "How messages of our side are shown: as public comments, or as internal notes. Default: public.",
      enum: ["public", "internal"],
    },
    opens: {
      description:
        "Whose message opens a ticket where there is none: anybody's, or the contact's alone (and a hand-off's). Default: anybody.",
      enum: ["anybody", "contact"],
    },
    name: {
      description:
        "When the profile name is written to the user: ifEmpty (empty, the phone, or what Waypost wrote last), always, never. Default: ifEmpty.",
      enum: ["ifEmpty", "always", "never"],
    },
    subject: {
      description: "Of a new ticket: a template.",
      ...word,
      default:
        "WhatsApp: {{ contact.name | default: contact.username | default: contact.phone | default: contact.userId | phone }}",
    },
    tags: {
      description:
        "Templates; the ticket gets those that it lacks. A route's own replace these. Default: [whatsapp].",
      type: "array",
      maxItems: 20,
      items: word,
    },
    priority: {
      description: "Of a new ticket: urgent, high, normal or low, or a template.",
      ...word,
    },
    type: {
      description: "Of a new ticket: problem, incident, question or task, or a template.",
      ...word,
    },
    group: { description: "Id of the group that gets new tickets.", ...id },
    brand: { description: "Id of the brand of new tickets.", ...id },
    form: { description: "Id of the form of new tickets.", ...id },
    fields: {
      description: "Custom fields of a new ticket: by the field's id, a value or a template.",
      type: "object",
      maxProperties: 50,
      propertyNames: { pattern: "^[1-9][0-9]*$" },
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
  },
} as const;
