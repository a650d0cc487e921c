import type { StubAnswer } from "../stub.ts";
import { type Asked, problem } from "./asked.ts";
import { addContact, type StubContact } from "./workspace.ts";

const missing = problem(404, "not_found", "User Not Found");
const ok = (body: object): StubAnswer => ({ status: 200, body: JSON.stringify(body) });
const seconds = (ms: number) => Math.floor(ms / 1_000);

function contactOf({ workspace, ids }: Pick<Asked, "workspace" | "ids">): StubContact | undefined {
  return workspace.contacts.get(ids[0] ?? "");
}

export function create({ workspace, body, now }: Asked): StubAnswer {
  const { external_id } = body as { external_id?: string };
  const same = [...workspace.contacts.values()].find(
    (contact) => external_id !== undefined && contact.external_id === external_id,
  );
  if (same) {
    const which = same.archived ? "An archived contact" : "A contact";
    return problem(
      409,
      "conflict",
      `${which} matching those details already exists with id=${same.id}`,
    );
  }
  return (
    unknownAttribute({ workspace, body }) ??
    ok(addContact(workspace, { ...body, updated_at: seconds(now) }))
  );
}

function unknownAttribute({ workspace, body }: Pick<Asked, "workspace" | "body">) {
  const told = Object.keys((body["custom_attributes"] ?? {}) as object);
  const unknown = told.find((name) => !workspace.attributes.has(name));
  if (unknown === undefined) return undefined;
  return problem(400, "parameter_invalid", `Custom attribute '${unknown}' does not exist`);
}

interface Filter {
  readonly field: string;
  readonly operator: string;
  readonly value: unknown;
}

/** Phones with the plus alone, as they are kept; leads too, archived ones not. */
export function search({ workspace, held, body, now }: Asked): StubAnswer {
  const { value } = body["query"] as { value: readonly Filter[] | unknown };
  const filters = Array.isArray(value) ? (value as Filter[]) : [];
  if (filters.length > 15) return problem(400, "parameter_invalid", "at most 15 filters");
  const phones = filters.map(({ value: phone }) => phone);
  const all = [...workspace.contacts.values(), ...(held.ghost ? [held.ghost] : [])];
  const data = all.filter(
    ({ phone, archived, updated_at }) =>
      !archived &&
      phone !== null &&
      phones.includes(phone) &&
      now - updated_at * 1_000 >= held.searchLagMs,
  );
  return ok({ type: "list", data, total_count: data.length });
}

export function byExternalId({ workspace, ids }: Asked): StubAnswer {
  const found = [...workspace.contacts.values()].find(
    ({ external_id, archived, role }) => external_id === ids[0] && !archived && role === "user",
  );
  return found ? ok(found) : missing;
}

export function read(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  return contact && !contact.archived ? ok(contact) : missing;
}

export function update(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  if (!contact) return missing;
  return unknownAttribute(asked) ?? ok(Object.assign(contact, asked.body));
}

export function unarchive(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  if (!contact) return missing;
  contact.archived = false;
  return ok({ id: contact.id, archived: false });
}

export function remove(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  if (!contact) return missing;
  asked.workspace.contacts.delete(contact.id);
  return ok({ id: contact.id, deleted: true });
}

export function notes(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  if (!contact) return missing;
  const data = asked.workspace.notes.filter((note) => note.contact === contact.id).toReversed();
  return ok({ type: "list", data });
}

export function note(asked: Asked): StubAnswer {
  const { workspace, body, now } = asked;
  const contact = contactOf(asked);
  if (!contact) return missing;
  if (body["admin_id"] !== "814860") return problem(404, "not_found", "Resource Not Found");
  const id = String(workspace.nextId());
  const made = { id, contact: contact.id, body: String(body["body"]), created_at: seconds(now) };
  workspace.notes.push(made);
  workspace.effects.push({
    ...made,
    part_type: "contact_note",
    author: { type: "admin", id: String(body["admin_id"]) },
    attachments: [],
  });
  return ok(made);
}

export function attributes({ workspace }: Asked): StubAnswer {
  return ok({ data: [...workspace.attributes].map((name) => ({ name, custom: true })) });
}

export function addAttribute({ workspace, body }: Asked): StubAnswer {
  workspace.attributes.add(String(body["name"]));
  return ok({ name: body["name"], custom: true });
}
