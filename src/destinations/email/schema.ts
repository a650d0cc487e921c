import { secret, word } from "../option-schemas.ts";
import { tlsSchema } from "../pem.ts";

const template = { type: "string", minLength: 1, maxLength: 65_536 };
const address = { type: "string", minLength: 3, maxLength: 1000 };

/** Options of email in waypost.yaml. */
export const emailSchema = {
  type: "object",
  additionalProperties: false,
  required: ["smtp", "from", "to"],
  properties: {
    smtp: {
      ...secret,
      description:
        "The mail server: smtp://user:password@host:587, or smtps:// for TLS from the start (465).",
    },
    from: {
      ...address,
      description: 'Who the mails are from: waypost@acme.example or "Acme <waypost@acme.example>".',
    },
    to: {
      description:
        "Who gets them. May be templates: {{ owner.email }}; what gives nobody is left out.",
      anyOf: [address, { type: "array", minItems: 1, maxItems: 50, items: address }],
    },
    cc: {
      description: "Who gets them too.",
      anyOf: [address, { type: "array", minItems: 1, maxItems: 50, items: address }],
    },
    replyTo: { ...address, description: "Where answers go. May be a template." },
    subject: {
      ...template,
      description:
        "A template. The first mail of a conversation gives its thread the subject. Default: what it is, and who.",
    },
    text: { ...template, description: "A template, instead of what the event says." },
    html: {
      ...template,
      description:
        "A template, instead of the part with markup. What it puts in is text, and never becomes markup.",
    },
    newAfter: {
      description: "After so long a silence a new thread begins. Default: 14d.",
      type: "string",
      pattern: "^[0-9]{1,6}(min|h|d)$",
    },
    maxAttachmentMB: {
      description:
        "Files of a message are attached up to so many MB in all; beyond that a line names them. 0: none is attached. Default: 10.",
      type: "number",
      minimum: 0,
      maximum: 50,
    },
    oauth: {
      description:
        "Access tokens (client credentials) instead of a password, as Microsoft 365 wants them; the user stands in `smtp`.",
      type: "object",
      additionalProperties: false,
      required: ["tokenUrl", "clientId", "clientSecret"],
      properties: {
        tokenUrl: {
          description: "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token.",
          type: "string",
          pattern: "^https?://",
        },
        clientId: { description: "Of the app.", type: "string", minLength: 1 },
        clientSecret: { ...secret, description: "Of the app." },
        scope: {
          description: "Default: https://outlook.office365.com/.default.",
          ...word,
        },
      },
    },
    tls: tlsSchema,
    requireTls: {
      description:
        "false: mails and password may go in the clear where the server has no STARTTLS. Default: true, but for localhost.",
      type: "boolean",
    },
  },
} as const;
