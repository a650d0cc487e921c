import { contactOf, idOf, type Json, senderOf } from "../item.ts";
import { type FieldBody, idsOf, phone, waba } from "./field.ts";
import { type Cast, newWamid, say, textBody } from "./messages.ts";

const historyMessage = (c: Cast, type: string, body: Json): Json => ({
  ...(c.person.waId !== undefined && { from: c.person.waId }),
  id: newWamid(c.random),
  timestamp: String(c.at - 864_000),
  type,
  ...body,
  history_context: { status: "READ" },
});

/** What a Business app brings along when its number joins the Cloud API. */
export const historyBodies = {
  history_chunk: phone("history", "history.text", (c) => ({
    history: [
      {
        metadata: { phase: 0, chunk_order: 1, progress: 55 },
        threads: [
          {
            id: idOf(c.person),
            context: idsOf(c),
            messages: [historyMessage(c, "text", { text: { body: say(c.person, "hello") } })],
          },
        ],
      },
    ],
  })),
  history_placeholder: phone("history", "history.media_placeholder", (c) => ({
    history: [
      {
        metadata: { phase: 1, chunk_order: 2, progress: 80 },
        threads: [{ id: idOf(c.person), messages: [historyMessage(c, "media_placeholder", {})] }],
      },
    ],
  })),
  history_media: phone("history", "history.image", (c) => ({
    messages: [
      historyMessage(c, "image", { image: { id: "810000000000077", mime_type: "image/jpeg" } }),
    ],
  })),
  history_progress: phone("history", "history.progress", () => ({
    history: [{ metadata: { phase: 2, chunk_order: 1, progress: 100 } }],
  })),
  history_declined: phone("history", "history.error", (c) => ({
    history: [
      {
        errors: [
          {
            code: 2_593_109,
            title: "History sharing is turned off",
            message: "The business chose not to share its history",
            error_data: { details: `Declined (trace ${c.random.digits(8)})` },
          },
        ],
      },
    ],
  })),
} satisfies Record<string, FieldBody>;

const echo = (c: Cast, body: Json): Json => ({
  message_echoes: [
    {
      from: c.account.displayPhoneNumber,
      ...(c.person.waId !== undefined && { to: c.person.waId }),
      ...(c.person.userId !== undefined && { to_user_id: c.person.userId }),
      id: newWamid(c.random),
      timestamp: String(c.at),
      ...body,
    },
  ],
});

const handover = (c: Cast, type: string, detail: Json): Json => ({
  messaging_product: "whatsapp",
  sender: c.person.waId === undefined ? {} : { phone_number: c.person.waId },
  recipient: {
    phone_number_id: c.account.phoneNumberId,
    display_phone_number: c.account.displayPhoneNumber,
  },
  type,
  timestamp: String(c.at),
  [type]: detail,
});

const settings = (c: Cast): Json => ({
  messaging_product: "whatsapp",
  timestamp: String(c.at),
  type: "PHONE_NUMBER_SETTINGS",
  phone_number_settings: {
    phone_number_id: c.account.phoneNumberId,
    calling: { status: "ENABLED", call_icon_visibility: "DEFAULT" },
  },
});

/** Echoes, handovers, standby and settings. */
export const appBodies = {
  smb_message_echoes: phone("smb_message_echoes", "echo.text", (c) =>
    echo(c, textBody(say(c.person, "agent"))),
  ),
  message_echoes: phone("message_echoes", "echo.text", (c) =>
    echo(c, textBody(say(c.person, "booked"))),
  ),
  smb_app_state_sync: phone("smb_app_state_sync", "contact.add", (c) => ({
    state_sync: [
      {
        type: "contact",
        action: "add",
        contact: {
          full_name: c.person.name,
          ...(c.person.waId !== undefined && { phone_number: c.person.waId }),
          ...(c.person.userId !== undefined && { user_id: c.person.userId }),
        },
        metadata: { timestamp: String(c.at) },
      },
    ],
  })),
  messaging_handovers_passed: waba("messaging_handovers", "handover.control_passed", (c) =>
    handover(c, "control_passed", {
      previous_owner_app_role: "meta_business_agent",
      new_owner_role: "escalation",
      metadata: "the customer asked for a person",
    }),
  ),
  messaging_handovers_taken: waba("messaging_handovers", "handover.control_taken", (c) =>
    handover(c, "control_taken", { new_owner_role: "customer_service" }),
  ),
  standby: phone("standby", "standby.text", (c) => ({
    standby: {
      contacts: [contactOf(c.person)],
      messages: [
        {
          ...senderOf(c.person),
          id: newWamid(c.random),
          timestamp: String(c.at),
          ...textBody(say(c.person, "hello")),
        },
      ],
    },
  })),
  account_settings_update: waba("account_settings_update", "phone.settings", settings),
} satisfies Record<string, FieldBody>;
