import type { StubAnswer } from "../stub.ts";
import { type Asked, problem } from "./asked.ts";
import type { StubConversation, StubPart } from "./workspace.ts";

const missing = problem(404, "not_found", "Resource Not Found");
const ok = (body: object): StubAnswer => ({ status: 200, body: JSON.stringify(body) });
const seconds = (ms: number) => Math.floor(ms / 1_000);

/** As Intercom gives back what was sent: a paragraph, where it was no HTML. */
function html(text: string): string {
  if (/^<p>/.test(text)) return text;
  return `<p>${text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\n/g, "<br>")}</p>`;
}

function part(asked: Asked, part_type: string, author: StubPart["author"]): StubPart | StubAnswer {
  const { workspace, held, body, now } = asked;
  const { attachment_urls: attachments = [] } = body as { attachment_urls?: string[] };
  if (String(body["body"]).trim() === "") return problem(422, "parameter_invalid", "body is empty");
  if (attachments.length > 0 && !held.takesAttachments) {
    return problem(400, "parameter_invalid", "attachment could not be fetched");
  }
  const made: StubPart = {
    ...{ id: String(workspace.nextId()), part_type, author, attachments },
    body: html(String(body["body"])),
    created_at: Number(body["created_at"] ?? seconds(now)),
  };
  return made;
}

export function begin(asked: Asked): StubAnswer {
  const { workspace, held, body, now } = asked;
  const { id: from, type } = body["from"] as { id: string; type: string };
  const contact = workspace.contacts.get(from);
  if (!contact || contact.archived || contact.role !== type) {
    return problem(404, "not_found", "User Not Found");
  }
  const source = part(asked, "source", { type, id: from });
  if ("status" in source) return source;
  const conversation: StubConversation = {
    id: String(workspace.nextId()),
    contact: from,
    source,
    parts: [],
    created_at: source.created_at,
    shownAt: now + held.searchLagMs,
    state: "open",
    statistics: { last_close_at: null },
  };
  workspace.conversations.set(conversation.id, conversation);
  workspace.effects.push(source);
  const { id, created_at } = source;
  const told = { type: "user_message", id, created_at, body: source.body };
  return ok({ ...told, message_type: "inapp", conversation_id: conversation.id });
}

export function reply(asked: Asked): StubAnswer {
  const { workspace, body, ids } = asked;
  const conversation = workspace.conversations.get(ids[0] ?? "");
  if (!conversation) return missing;
  const { type, message_type, intercom_user_id, admin_id } = body as Record<string, string>;
  const isContact = type === "user";
  if (isContact && !workspace.contacts.has(intercom_user_id ?? "")) {
    return problem(404, "not_found", "User Not Found");
  }
  if (isContact && intercom_user_id !== conversation.contact) {
    return problem(422, "parameter_invalid", "not of this conversation");
  }
  if (!isContact && admin_id !== "814860") return missing;
  const id = (isContact ? intercom_user_id : admin_id) ?? "";
  const made = part(asked, message_type ?? "", { type: type ?? "", id });
  if ("status" in made) return made;
  conversation.parts.push(made);
  if (isContact) conversation.state = "open";
  workspace.effects.push(made);
  return ok(shown(conversation));
}

export function read({ workspace, ids }: Asked): StubAnswer {
  const conversation = workspace.conversations.get(ids[0] ?? "");
  return conversation ? ok(shown(conversation)) : missing;
}

export function remove({ workspace, ids }: Asked): StubAnswer {
  return workspace.conversations.delete(ids[0] ?? "") ? ok({ id: ids[0], deleted: true }) : missing;
}

export function search({ workspace, body, now }: Asked): StubAnswer {
  const { value = [] } = body["query"] as { value?: unknown };
  const filters = Array.isArray(value)
    ? (value as { field: string; operator: string; value: never }[])
    : [];
  const fits = (conversation: StubConversation) =>
    filters.every(({ field, operator, value: told }) => {
      if (field === "contact_ids") return conversation.contact === told;
      return operator === ">" ? conversation.created_at > told : conversation.created_at < told;
    });
  const conversations = [...workspace.conversations.values()]
    .filter(
      (conversation) => conversation.shownAt <= now && filters.length > 0 && fits(conversation),
    )
    .map(({ parts: _, ...conversation }) => conversation);
  return ok({ type: "conversation.list", conversations, total_count: conversations.length });
}

function shown({ parts, ...conversation }: StubConversation) {
  const open = conversation.state === "open";
  // The API gives the 500 newest.
  const newest = parts.slice(-500);
  return { ...conversation, open, conversation_parts: { conversation_parts: newest } };
}
