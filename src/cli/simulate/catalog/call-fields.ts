import { contactOf, type Json, senderOf } from "../item.ts";
import { type FieldBody, idsOf, phone } from "./field.ts";
import type { Cast } from "./messages.ts";

function call(event: string, extra: (c: Cast) => Json = () => ({})): FieldBody {
  return phone("calls", `call.${event}`, (c) => ({
    contacts: [contactOf(c.person)],
    calls: [
      {
        id: `wacid.HBgL${c.random.base64(26)}`,
        ...senderOf(c.person),
        to: c.account.displayPhoneNumber,
        event,
        timestamp: String(c.at),
        direction: "USER_INITIATED",
        ...extra(c),
      },
    ],
  }));
}

function callStatus(status: string): FieldBody {
  return phone("calls", `call.${status.toLowerCase()}`, (c) => ({
    statuses: [
      {
        id: `wacid.HBgL${c.random.base64(26)}`,
        type: "call",
        status,
        timestamp: String(c.at),
        ...(c.person.waId !== undefined && { recipient_id: c.person.waId }),
        ...(c.person.userId !== undefined && { recipient_user_id: c.person.userId }),
      },
    ],
  }));
}

function group(field: string, type: string, extra: (c: Cast) => Json): FieldBody {
  return phone(field, `group.${type.replace(/^group_/, "")}`, (c) => ({
    groups: [
      {
        timestamp: String(c.at),
        group_id: `Y2FwaV9ncm91cDo${c.random.digits(8)}`,
        type,
        ...extra(c),
      },
    ],
  }));
}

const sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio\r\n";

/** Calls, by the name that `--type` takes. */
export const callBodies = {
  call_connect: call("connect", () => ({ session: { sdp_type: "offer", sdp } })),
  call_terminate: call("terminate", (c) => ({
    status: "COMPLETED",
    start_time: String(c.at - 50),
    end_time: String(c.at - 1),
    duration: 49,
  })),
  call_created: call("call_created"),
  call_recording: call("call_recording_available", () => ({
    call_recording: { id: "810000000000099" },
  })),
  call_transcript: call("call_transcription_available", () => ({
    call_transcript: { id: "810000000000098" },
  })),
  call_voicemail: phone("messages", "message.audio", (c) => ({
    contacts: [contactOf(c.person)],
    messages: [
      {
        ...senderOf(c.person),
        id: `wacid.HBgL${c.random.base64(26)}`,
        timestamp: String(c.at),
        type: "audio",
        audio: { id: "810000000000097", mime_type: "audio/ogg" },
      },
    ],
  })),
  call_ringing: callStatus("RINGING"),
  call_accepted: callStatus("ACCEPTED"),
  call_rejected: callStatus("REJECTED"),
} satisfies Record<string, FieldBody>;

/** Group changes. */
export const groupBodies = {
  group_create: group("group_lifecycle_update", "group_create", () => ({
    subject: "Backpackers",
    invite_link: "https://chat.whatsapp.com/EXAMPLE",
    join_approval_mode: "auto_approve",
  })),
  group_delete: group("group_lifecycle_update", "group_delete", () => ({})),
  group_participants_add: group("group_participants_update", "group_participants_add", (c) => ({
    added_participants: [idsOf(c)],
  })),
  group_participants_remove: group(
    "group_participants_update",
    "group_participants_remove",
    (c) => ({
      initiated_by: "participant",
      removed_participants: [idsOf(c)],
    }),
  ),
  group_join_request: group("group_participants_update", "group_join_request_created", (c) => ({
    join_request_id: c.random.digits(12),
    ...idsOf(c),
  })),
  group_settings: group("group_settings_update", "group_settings_update", () => ({
    group_subject: { text: "Backpackers 2027", update_successful: true },
  })),
  group_suspend: group("group_status_update", "group_suspend", () => ({})),
} satisfies Record<string, FieldBody>;
