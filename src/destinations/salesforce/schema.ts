import { secret, word } from "../option-schemas.ts";

const fieldName = "^[A-Za-z][A-Za-z0-9_]{0,79}$";
const address = "^https?://";
const duration = { type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|min|h|d)$" };
const template = { type: "string" };
const fields = {
  type: "object",
  maxProperties: 50,
  propertyNames: { pattern: fieldName },
  additionalProperties: { type: ["string", "number", "boolean"] },
};

/** What a Case says where nobody says otherwise. */
export const caseTemplates = {
  Subject: "WhatsApp: {{ contact.name | default: contact.phone | phone }}",
  Description: "{{ transcript | text }}",
  Origin: "WhatsApp",
} as const;

const caseSchema = {
  description: "Opens a Case for a conversation, and comments on it afterwards.",
  type: "object",
  additionalProperties: false,
  required: ["when"],
  properties: {
    when: {
      description: "Types of events that open one, as patterns: business.handoff.requested.",
      type: "array",
      minItems: 1,
      maxItems: 20,
      items: { type: "string", minLength: 1 },
    },
    subject: {
      ...template,
      default: caseTemplates.Subject,
      description: "Template of the Subject.",
    },
    description: {
      default: caseTemplates.Description,
      ...template,
      description: "Template of the Description. Default: the last messages of both sides.",
    },
    origin: { ...template, description: "Case Origin. Default: WhatsApp." },
    fields: { ...fields, description: "More fields of a new Case, by API name; templates." },
    reopenStatus: {
      ...word,
      description:
        "Status of a Case that is opened again. Default: the account's own for new ones.",
    },
    eventId: {
      type: "string",
      pattern: fieldName,
      description: "External id field of Case that holds the event id.",
    },
    publicComments: {
      type: "boolean",
      description: "Comments are seen in a customer portal too. Default: false.",
    },
  },
};

/** Options of Salesforce in waypost.yaml. */
export const salesforceSchema = {
  type: "object",
  additionalProperties: false,
  required: ["loginUrl", "clientId"],
  // One of these is needed besides; what is wrong with them the kind says in better words than a schema's.
  "x-ask": [["clientSecret"], ["privateKey", "username"]],
  properties: {
    loginUrl: {
      type: "string",
      pattern: address,
      description: "The account's My Domain, https://acme.my.salesforce.com.",
    },
    clientId: { ...secret, description: "Consumer key of the External Client App." },
    clientSecret: { ...secret, description: "Consumer secret, for the client credentials flow." },
    privateKey: {
      ...secret,
      description: "RSA key in PEM, or the path of a file with it, for the JWT bearer flow.",
    },
    username: { type: "string", minLength: 1, description: "With privateKey: in whose name." },
    audience: {
      type: "string",
      pattern: address,
      description:
        "With privateKey. Default: https://login.salesforce.com, or https://test.salesforce.com.",
    },
    object: { enum: ["Contact", "Lead"], description: "What a person is. Default: Contact." },
    externalId: {
      type: "string",
      pattern: fieldName,
      description: "Unique external id field of the object. Default: WhatsApp_Id__c.",
    },
    create: { type: "boolean", description: "false: writes to people who exist. Default: true." },
    match: {
      description:
        "Phone fields by which existing people are found. Default: all standard ones. []: none.",
      type: "array",
      maxItems: 8,
      uniqueItems: true,
      items: { type: "string", pattern: fieldName },
    },
    country: {
      type: "string",
      pattern: "^[A-Z]{2}$",
      description:
        "Of phones in Salesforce without a country code, e.g. US. Without it they match nobody.",
    },
    phoneField: {
      type: "string",
      pattern: fieldName,
      description: "Where the phone of a new person goes. Default: MobilePhone.",
    },
    name: {
      enum: ["ifEmpty", "always", "never"],
      description: "When the WhatsApp name is written to a person who exists. Default: ifEmpty.",
    },
    fields: {
      ...fields,
      description:
        "Fields of a new person by API name; templates. Filled in where empty of an existing one.",
    },
    update: { ...fields, description: "Fields of a person that each event writes; templates." },
    duplicates: {
      enum: ["allow", "block"],
      description: "What a duplicate rule that only alerts does to a new person. Default: allow.",
    },
    log: {
      enum: ["task", "transcript"],
      description: "A Task for each message, or one for each conversation. Default: task.",
    },
    eventId: {
      type: "string",
      pattern: fieldName,
      description:
        "External id field of activities that holds the event id, e.g. Waypost_Event_Id__c.",
    },
    task: {
      description: "More about the Tasks.",
      type: "object",
      additionalProperties: false,
      properties: {
        subject: { ...template, description: "Template of the Subject." },
        status: { type: "string", minLength: 1, description: "Default: Completed." },
        fields: { ...fields, description: "More fields of a Task, by API name; templates." },
      },
    },
    case: caseSchema,
    reopenWithin: {
      ...duration,
      description: "A closed Case is opened again so long. Default: 3d.",
    },
    newAfter: {
      ...duration,
      description: "After so long without a message a conversation is a new one. Default: 14d.",
    },
    files: { type: "boolean", description: "Files are uploaded to the Task. Default: true." },
    maxFileBytes: {
      type: "integer",
      minimum: 1,
      maximum: 25_000_000,
      description: "A larger file is named, not uploaded. Default: 10000000.",
    },
    reserve: {
      type: "number",
      minimum: 0,
      maximum: 90,
      description:
        "Percent of the account's daily API requests that are left to others. Default: 5.",
    },
    apiVersion: { type: "string", pattern: "^v\\d{2,3}\\.0$", description: "Default: v68.0." },
    baseUrl: {
      type: "string",
      pattern: address,
      description: "Instead of loginUrl and of the address that comes with the token.",
    },
  },
} as const;
