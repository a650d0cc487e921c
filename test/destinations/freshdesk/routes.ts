import type { StubAnswer, StubRequest } from "../stub.ts";
import { type Asked, invalid, missing, ok } from "./asked.ts";
import { addContact, type StubContact, type StubTicket, textOf } from "./desk.ts";

type Act = (asked: Asked) => StubAnswer;

const contactOf = ({ desk, ids }: Asked) => {
  const contact = desk.contacts.get(ids[0] ?? 0);
  return contact?.isAgent ? undefined : contact;
};
const ticketOf = ({ desk, ids }: Asked) => desk.tickets.get(ids[0] ?? 0);
const done: StubAnswer = { status: 204, body: "" };

function listContacts({ desk, query }: Asked): StubAnswer {
  const mark = query.get("unique_external_id");
  const all = [...desk.contacts.values()].filter(({ deleted }) => !deleted);
  return ok(mark === null ? all : all.filter((contact) => contact.unique_external_id === mark));
}

function searchContacts({ desk, held, query, now }: Asked): StubAnswer {
  const text = query.get("query") ?? "";
  if (!/^".*"$/.test(text) || text.length > 512)
    return invalid(400, { field: "query", code: "invalid_value" });
  const terms = [...text.matchAll(/(mobile|phone):'([^']*)'/g)];
  const results = [...desk.contacts.values()].filter(
    (contact) =>
      !contact.isAgent &&
      (!contact.deleted || held.searchFindsDeleted) &&
      now - Date.parse(contact.updated_at) >= held.searchLagMs &&
      terms.some(([, field, value]) => contact[field as "mobile" | "phone"] === value),
  );
  return ok({ total: results.length, results });
}

function createContact({ desk, held, body, now }: Asked): StubAnswer {
  const { name, mobile, unique_external_id, custom_fields } = body as Partial<StubContact>;
  if (!name) return invalid(400, { field: "name", code: "missing_field" });
  const wrong = notAmongChoices(held, custom_fields ?? {});
  if (wrong !== undefined) return wrong;
  const same = [...desk.contacts.values()].find(
    (contact) => contact.unique_external_id === unique_external_id,
  );
  if (same) {
    const additional_info = { user_id: same.id };
    return invalid(409, { field: "unique_external_id", code: "duplicate_value", additional_info });
  }
  return (
    phoneTaken({ desk, held }, mobile) ??
    ok(addContact(desk, { ...body, updated_at: new Date(now).toISOString() }), 201)
  );
}

function phoneTaken(
  { desk, held }: Pick<Asked, "desk" | "held">,
  mobile: unknown,
): StubAnswer | undefined {
  const holder = [...desk.contacts.values()].find((contact) => contact.mobile === mobile);
  if (!held.uniquePhones || !mobile || !holder) return undefined;
  const additional_info = { user_id: holder.id };
  return invalid(409, { field: "mobile", code: "duplicate_value", additional_info });
}

/** Freshdesk names all of them. */
function notAmongChoices({ choices }: Asked["held"], values: Asked["body"]) {
  const wrong = Object.entries(values).filter(
    ([name, value]) => choices[name] && !choices[name].includes(value),
  );
  if (wrong.length === 0) return undefined;
  return invalid(400, ...wrong.map(([field]) => ({ field, code: "invalid_value" })));
}

function updateContact(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  if (!contact || contact.deleted) return missing;
  return phoneTaken(asked, asked.body["mobile"]) ?? ok(Object.assign(contact, asked.body));
}

function createTicket({ desk, held, body, files, now }: Asked): StubAnswer {
  const told = body as unknown as StubTicket & { custom_fields?: Record<string, unknown> };
  const requester = desk.contacts.get(told.requester_id);
  if (!requester || requester.deleted) {
    return invalid(400, { field: "requester_id", code: "invalid_value" });
  }
  if (files.length > 0 && !held.takesFiles)
    return invalid(400, { field: "attachments", code: "invalid_size" });
  if (held.wanted !== undefined && body[held.wanted] === undefined) {
    return invalid(400, { field: held.wanted, code: "missing_field" });
  }
  const unknown = Object.keys(told.custom_fields ?? {}).find(
    (name) => !desk.ticketFields.has(name),
  );
  if (unknown !== undefined) return invalid(400, { field: unknown, code: "invalid_field" });
  const wrong = notAmongChoices(held, { ...body, ...told.custom_fields });
  if (wrong !== undefined) return wrong;
  const ticket: StubTicket = {
    ...{ id: desk.nextId(), subject: told.subject, description: told.description },
    ...{ status: told.status, requester_id: told.requester_id, tags: told.tags ?? [] },
    ...{ custom_fields: told.custom_fields ?? {}, told: body, attachments: files, notes: [] },
    ...{ deleted: false, spam: false, stats: { closed_at: null, resolved_at: null } },
    updated_at: new Date(now).toISOString(),
  };
  desk.tickets.set(ticket.id, ticket);
  desk.effects.push(textOf(ticket.description));
  return ok(ticket, 201);
}

function listTickets({ desk, query }: Asked): StubAnswer {
  const requester = Number(query.get("requester_id") ?? 0);
  const since = query.get("updated_since") ?? "";
  const found = [...desk.tickets.values()].filter(
    (ticket) =>
      (requester === 0 || ticket.requester_id === requester) &&
      !ticket.deleted &&
      Date.parse(ticket.updated_at) >= (Date.parse(since) || 0),
  );
  return ok(found.toReversed());
}

function readTicket(asked: Asked): StubAnswer {
  const ticket = ticketOf(asked);
  if (!ticket) return missing;
  const { stats, notes: _, told: __, ...shown } = ticket;
  return ok(asked.query.get("include") === "stats" ? { ...shown, stats } : shown);
}

function updateTicket(asked: Asked): StubAnswer {
  const ticket = ticketOf(asked);
  return ticket && !ticket.deleted ? ok(Object.assign(ticket, asked.body)) : missing;
}

function deleteTicket(asked: Asked): StubAnswer {
  const ticket = ticketOf(asked);
  if (!ticket || ticket.deleted) return missing;
  ticket.deleted = true;
  return done;
}

function listNotes(asked: Asked): StubAnswer {
  const ticket = ticketOf(asked);
  const page = Number(asked.query.get("page") ?? 1);
  const size = Number(asked.query.get("per_page") ?? 30);
  return ticket ? ok(ticket.notes.slice((page - 1) * size, page * size)) : missing;
}

function addNote(asked: Asked): StubAnswer {
  const { desk, held, body, files } = asked;
  const ticket = ticketOf(asked);
  if (!ticket || ticket.deleted) return missing;
  if (files.length > 0 && !held.takesFiles)
    return invalid(400, { field: "attachments", code: "invalid_size" });
  const text = textOf(String(body["body"]));
  const note = {
    ...{ id: desk.nextId(), body: String(body["body"]), body_text: text },
    ...{ private: body["private"] === true, incoming: body["incoming"] === true },
    ...{ user_id: Number(body["user_id"] ?? 1), attachments: files },
    notified: (body["notify_emails"] ?? []) as string[],
  };
  ticket.notes.push(note);
  desk.effects.push(text);
  return ok(note, 201);
}

function removeContact(asked: Asked): StubAnswer {
  return asked.desk.contacts.delete(asked.ids[0] ?? 0) ? done : missing;
}

function restoreContact(asked: Asked): StubAnswer {
  const contact = contactOf(asked);
  if (contact) contact.deleted = false;
  return contact ? done : missing;
}

function addField({ desk, body }: Asked): StubAnswer {
  const name = `cf_${String(body["label"]).replaceAll(" ", "_")}`;
  desk.ticketFields.add(name);
  return ok({ name }, 201);
}

const routes: readonly (readonly [pattern: RegExp, act: Act])[] = [
  [/^GET \/agents\/me$/, () => ok({ id: 1, contact: { name: "Ana" } })],
  [/^GET \/contacts$/, listContacts],
  [/^POST \/contacts$/, createContact],
  [/^GET \/contacts\/(\d+)$/, (asked) => (contactOf(asked) ? ok(contactOf(asked) ?? {}) : missing)],
  [/^PUT \/contacts\/(\d+)$/, updateContact],
  [/^PUT \/contacts\/(\d+)\/restore$/, restoreContact],
  [/^DELETE \/contacts\/(\d+)\/hard_delete$/, removeContact],
  [/^GET \/search\/contacts$/, searchContacts],
  [/^GET \/ticket_fields$/, ({ desk }) => ok([...desk.ticketFields].map((name) => ({ name })))],
  [/^GET \/contact_fields$/, () => ok([{ name: "name" }])],
  [/^POST \/admin\/ticket_fields$/, addField],
  [/^GET \/tickets$/, listTickets],
  [/^POST \/tickets$/, createTicket],
  [/^GET \/tickets\/(\d+)$/, readTicket],
  [/^PUT \/tickets\/(\d+)$/, updateTicket],
  [/^DELETE \/tickets\/(\d+)$/, deleteTicket],
  [/^GET \/tickets\/(\d+)\/conversations$/, listNotes],
  [/^POST \/tickets\/(\d+)\/notes$/, addNote],
];

export function routeOf(
  method: StubRequest["method"],
  path: string,
): { readonly act: Act; readonly ids: readonly number[] } | undefined {
  for (const [pattern, act] of routes) {
    const found = pattern.exec(`${method} ${path}`);
    if (found) return { act, ids: found.slice(1).map(Number) };
  }
  return undefined;
}
