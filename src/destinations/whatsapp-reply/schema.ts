import { replyProperties } from "../../contracts.ts";
import { secret, word } from "../option-schemas.ts";

/** Options of `whatsapp-reply` in waypost.yaml: how it sends, and what, which routes may replace part by part. */
export const whatsappReplySchema = {
  type: "object",
  additionalProperties: false,
  required: ["token"],
  properties: {
    token: {
      ...secret,
      description: "Access token of a system user with whatsapp_business_messaging.",
    },
    ...replyProperties,
    maxPerHour: {
      description:
        "Replies to one contact in an hour; reaching it silences the contact for 24 h. Default: 5, for what a bot answers 60.",
      type: "integer",
      minimum: 1,
      maximum: 1_000,
    },
    onUnknown: {
      description:
        "repeat: what may have been sent, and of which no status came in 10 minutes, is sent again. Without it the delivery is dead.",
      const: "repeat",
    },
    baseUrl: {
      description: "Instead of https://graph.facebook.com.",
      ...word,
    },
  },
} as const;
