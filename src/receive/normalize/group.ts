import type { Group, Participant, SettingChange } from "../../event/generated.ts";
import { errorsIn } from "./content.ts";
import type { Understand } from "./found.ts";
import { personIn, phone, username } from "./person.ts";
import { bool, each, fields, id, own, segment, shape, str, time, within } from "./pick.ts";

const participant = shape<Participant>({
  // Some deliveries put a BSUID where the phone belongs.
  waId: phone("wa_id"),
  userId: (source) => personIn(source).userId,
  parentUserId: id("parent_user_id"),
  username,
  input: str("input"),
  errors: errorsIn,
});

const setting = shape<SettingChange>({
  text: str("text"),
  mimeType: str("mime_type"),
  sha256: str("sha256"),
  successful: bool("update_successful"),
  errors: errorsIn,
});

const group = fields<Group>({
  id: id("group_id"),
  type: str("type"),
  at: time("timestamp"),
  requestId: str("request_id"),
  subject: str("subject"),
  description: str("description"),
  inviteLink: str("invite_link"),
  joinApprovalMode: str("join_approval_mode"),
  reason: str("reason"),
  initiatedBy: str("initiated_by"),
  joinRequestId: str("join_request_id"),
  addedParticipants: each("added_participants", participant),
  removedParticipants: each("removed_participants", participant),
  failedParticipants: each("failed_participants", participant),
  profilePicture: within("profile_picture", setting),
  groupSubject: within("group_subject", setting),
  groupDescription: within("group_description", setting),
  errors: errorsIn,
});

/** Meta's OpenAPI file and its pages word two types differently. */
const sameType: Readonly<Record<string, string>> = {
  add_participants: "participants_add",
  remove_participants: "participants_remove",
};

/** `groups[]`. */
export const groupEvent: Understand = (item) => {
  const parsed = group(item);
  const type = segment(own(item, "type")).replace(/^group_/, "");
  return {
    type: `whatsapp.group.${(Object.hasOwn(sameType, type) && sameType[type]) || type || "unknown"}`,
    at: parsed.at,
    person: personIn(item),
    groupId: parsed.id,
    data: { group: parsed },
  };
};
