import type { Call, Contact } from "../../event/generated.ts";
import { contentHash } from "./canonical.ts";
import { errorsIn, media } from "./content.ts";
import { NO_ID, type Understand, type Whereabouts } from "./found.ts";
import { digitsOf, personOf } from "./person.ts";
import {
  fields,
  idOf,
  type Json,
  lowerSegment,
  num,
  own,
  type Parser,
  segment,
  shape,
  str,
  textOf,
  time,
  within,
} from "./pick.ts";

const session = shape<NonNullable<Call["session"]>>({ sdpType: str("sdp_type"), sdp: str("sdp") });

const callFields = fields<Omit<Call, "id">>({
  event: str("event"),
  status: (call) => str("status")(call)?.toUpperCase(),
  at: time("timestamp"),
  direction: str("direction"),
  from: str("from", "from_user_id"),
  to: str("to", "to_user_id"),
  session: (call) =>
    within("session", session)(call) ?? within("connection", within("webrtc", session))(call),
  startedAt: time("start_time"),
  endedAt: time("end_time"),
  durationSeconds: num("duration"),
  bizOpaqueCallbackData: str("biz_opaque_callback_data"),
  deeplinkPayload: str("deeplink_payload"),
  ctaPayload: str("cta_payload"),
  recording: file("call_recording", "audio"),
  transcript: file("call_transcript", "document"),
  errors: errorsIn,
});

/** A file under `key`, wrapped in an object named for its kind, or not. */
function file(key: string, kind: string): Parser<NonNullable<Call["recording"]>> {
  return within(key, (source) => within(kind, media)(source) ?? media(source));
}

/** `calls[]`: a step of a call. */
export const callEvent: Understand = (item, where) => {
  const callId = idOf(own(item, "id"));
  if (callId === undefined) return NO_ID;
  const call: Call = { id: callId, ...callFields(item) };
  const errors = where.beside === undefined ? undefined : errorsIn(where.beside);
  if (errors !== undefined) call.errors = [...(call.errors ?? []), ...errors];
  return {
    type: `whatsapp.call.${segment(own(item, "event"))}`,
    key: ["c", where.phoneNumberId ?? null, callId, ...stepKey("calls", item)],
    at: call.at,
    person: caller(item, where),
    data: { call },
  };
};

const upperCase = /^[A-Z][A-Z0-9_]*$/;

/**
 * What tells the steps of a call apart: the name of the step. Meta writes statuses in upper case and events in
 * lower; one that is written like the other's says where it stood. A step without a name goes by its content.
 */
function stepKey(list: "calls" | "statuses", item: Json): (string | null)[] {
  const name = textOf(own(item, list === "calls" ? "event" : "status"));
  if (name === undefined) return [null, list, contentHash(item)];
  const usual = upperCase.test(name) ? "statuses" : "calls";
  return list === usual ? [name] : [name, list];
}

/** The pages disagree on who is `from` and `to`: the person is whoever is not the business. */
function caller(item: Json, where: Whereabouts): Contact {
  const from = ends(item, "from");
  const to = ends(item, "to");
  if (from.userId !== undefined) return from;
  if (to.userId !== undefined) return to;
  const business = digitsOf(where.displayPhoneNumber);
  if (business !== undefined && from.waId === business) return to;
  if (business !== undefined && to.waId === business) return from;
  return own(item, "direction") === "BUSINESS_INITIATED" ? to : from;
}

function ends(item: Json, side: "from" | "to"): Contact {
  return personOf({
    userId: own(item, `${side}_user_id`),
    parentUserId: own(item, `${side}_parent_user_id`),
    phone: own(item, side),
  });
}

/** `statuses[]` of a call: it rings, was accepted, was rejected. */
export const callStatus: Understand = (item, where) => {
  const callId = idOf(own(item, "id"));
  if (callId === undefined) return NO_ID;
  const call: Call = { id: callId, ...callFields(item) };
  return {
    type: `whatsapp.call.${lowerSegment(own(item, "status"))}`,
    key: ["c", where.phoneNumberId ?? null, callId, ...stepKey("statuses", item)],
    at: call.at,
    person: personOf({
      userId: own(item, "recipient_user_id"),
      parentUserId: own(item, "recipient_parent_user_id"),
      phone: own(item, "recipient_id"),
    }),
    data: { call },
  };
};
