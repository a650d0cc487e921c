import type { Json } from "../item.ts";
import type { Cast } from "./messages.ts";

/** A webhook field other than `messages`, by example. */
export interface FieldBody {
  readonly field: string;
  /** The event that it becomes. */
  readonly eventType: string;
  /** `phone`: with `messaging_product` and `metadata`. `waba`: with `entry.time`. */
  readonly level: "phone" | "waba";
  readonly value: (c: Cast) => Json;
}

/** A field of a phone number. */
export function phone(field: string, eventType: string, value: (c: Cast) => Json): FieldBody {
  return { field, eventType: `whatsapp.${eventType}`, level: "phone", value };
}

/** A field without `metadata`. */
export function waba(field: string, eventType: string, value: (c: Cast) => Json): FieldBody {
  return { field, eventType: `whatsapp.${eventType}`, level: "waba", value };
}

/** `wa_id` and `user_id`, whichever Meta may show. */
export function idsOf(c: Cast): Json {
  return {
    ...(c.person.waId !== undefined && { wa_id: c.person.waId }),
    ...(c.person.userId !== undefined && { user_id: c.person.userId }),
  };
}
