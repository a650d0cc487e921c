import { DeliveryError } from "../../contracts.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { whatsappReplySchema } from "./schema.ts";

/** Writes to the contact. */
export const whatsappReply: DestinationKind = {
  kind: "whatsapp-reply",
  schema: whatsappReplySchema,
  create: () => ({
    kind: "whatsapp-reply",
    idempotency: "lookup",
    deliver: async () => {
      throw new DeliveryError("config", "replies cannot be sent by this version");
    },
    preview: () => ({}),
    check: async () => [],
    close: async () => undefined,
  }),
};
