import { type Request, type Response, Router } from "express";
import type { Books, StubComment, StubTicket } from "./books.ts";

interface Given {
  readonly comment?: {
    html_body?: string;
    body?: string;
    public?: boolean;
    author_id?: number;
    uploads?: string[];
  };
  readonly metadata?: { readonly waypost?: string };
  readonly requester_id?: number;
  readonly custom_fields?: readonly { readonly id: number; readonly value: unknown }[];
  readonly group_id?: number;
  readonly status?: string;
  readonly tags?: string[];
  readonly subject?: string;
  readonly external_id?: string;
  readonly safe_update?: boolean;
  readonly updated_stamp?: string;
  readonly via_followup_source_id?: number;
}

const notFound = { error: "RecordNotFound", description: "Not found" };
const invalid = (field: string, description: string) => ({
  error: "RecordInvalid",
  description: "Record validation errors",
  details: { [field]: [{ description }] },
});
const shown = ({ comments: _, audits: __, given: ___, solved_at: ____, ...ticket }: StubTicket) =>
  ticket;

/** The part of the API that is about tickets; `limit` says why an update is one too many. */
export function ticketsApi(
  books: Books,
  limit: (ticket: number, res: Response) => boolean,
): Router {
  const { tickets, nextId, now } = books;
  const router = Router();
  const created = new Map<string, { readonly body: string; readonly id: number }>();
  const find = (req: Request) => {
    const ticket = tickets.get(Number(req.params["id"]));
    return ticket?.status === "deleted" ? undefined : ticket;
  };
  router.post("/api/v2/tickets", (req, res) => {
    const key = req.get("idempotency-key") ?? "";
    const before = created.get(key);
    const body = JSON.stringify(req.body);
    if (key.length > 255) return void res.status(400).json({ error: "InvalidValue" });
    if (before !== undefined) {
      res.set("x-idempotency-lookup", "hit");
      const same = before.body === body;
      const ticket = tickets.get(before.id);
      if (same && ticket) return void res.status(201).json({ ticket: shown(ticket) });
      return void res.status(400).json({ error: "InvalidIdempotentRequest" });
    }
    const given = req.body.ticket as Given;
    const wrong = refusal(books, given, true);
    if (wrong !== undefined) return void res.status(422).json(wrong);
    const source = tickets.get(given.via_followup_source_id ?? 0);
    if (given.via_followup_source_id !== undefined && source?.status !== "closed") {
      return void res.status(422).json(invalid("base", "The source ticket is not closed"));
    }
    const ticket: StubTicket = {
      ...{ id: nextId(), status: "new", tags: given.tags ?? [], solved_at: null, given },
      ...{ subject: given.subject ?? "", external_id: given.external_id ?? "" },
      ...{ requester_id: given.requester_id ?? books.me.id, created_at: now(), updated_at: now() },
      ...(source && { via_followup_source_id: source.id }),
      ...{ comments: [], audits: [] },
    };
    tickets.set(ticket.id, ticket);
    books.comment(ticket, commentOf(books, given), given.metadata ?? {});
    created.set(key, { body, id: ticket.id });
    res
      .set("x-idempotency-lookup", "miss")
      .status(201)
      .json({ ticket: shown(ticket) });
  });
  router.get("/api/v2/tickets", (req, res) => {
    const all = [...tickets.values()].filter(
      ({ external_id, status }) =>
        books.listsTickets && external_id === req.query["external_id"] && status !== "deleted",
    );
    all.sort((a, b) => b.id - a.id);
    res.json({ tickets: all.map(shown), next_page: null });
  });
  router
    .route("/api/v2/tickets/:id")
    .get((req, res) => {
      const ticket = find(req);
      if (ticket === undefined) return void res.status(404).json(notFound);
      res.json({ ticket: shown(ticket) });
    })
    .put((req, res) => {
      const ticket = find(req);
      if (ticket === undefined) return void res.status(404).json(notFound);
      if (limit(ticket.id, res)) return;
      const given = req.body.ticket as Given;
      if (ticket.status === "closed") {
        return void res
          .status(422)
          .json(invalid("status", "Status: closed prevents ticket update"));
      }
      const wrong = refusal(books, given, false);
      if (wrong !== undefined) return void res.status(422).json(wrong);
      if (given.safe_update && given.updated_stamp !== ticket.updated_at) {
        return void res.status(409).json({ error: "UpdateConflict" });
      }
      if (given.status !== undefined) ticket.status = given.status;
      if (given.tags !== undefined) ticket.tags = given.tags;
      books.comment(ticket, commentOf(books, given), given.metadata ?? {});
      res.json({ ticket: shown(ticket), audit: ticket.audits.at(-1) });
    })
    .delete((req, res) => {
      const ticket = find(req);
      if (ticket === undefined) return void res.status(404).json(notFound);
      ticket.status = "deleted";
      res.status(204).end();
    });
  router.delete("/api/v2/deleted_tickets/:id", (req, res) => {
    const id = Number(req.params.id);
    if (tickets.get(id)?.status !== "deleted") return void res.status(404).json(notFound);
    tickets.delete(id);
    res.json({ job_status: { id: "1", status: "queued" } });
  });
  router.get("/api/v2/tickets/:id/metrics", (req, res) => {
    const ticket = find(req);
    if (ticket === undefined) return void res.status(404).json(notFound);
    res.json({ ticket_metric: { ticket_id: ticket.id, solved_at: ticket.solved_at } });
  });
  router.get("/api/v2/tickets/:id/audits", (req, res) => {
    const ticket = find(req);
    if (ticket === undefined) return void res.status(404).json(notFound);
    const page = Number(req.query["page"] ?? 1);
    const sorted = req.query["sort_order"] === "desc" ? ticket.audits.toReversed() : ticket.audits;
    const some = sorted.slice((page - 1) * 100, page * 100);
    const more = page * 100 < sorted.length;
    res.json({ audits: some, next_page: more ? `https://x/?page=${page + 1}` : null });
  });
  return router;
}

/** What the specification lets through and Zendesk does not. */
function refusal(
  { users, uploads, groups, choices, namesFields }: Books,
  given: Given,
  isNew: boolean,
): object | undefined {
  const { comment, requester_id, group_id, metadata = {} } = given;
  const text = comment?.html_body ?? comment?.body ?? "";
  if (isNew && text.trim() === "") return invalid("base", "Description: cannot be blank");
  if (text.length > 65_535) return invalid("comment", "Comment: is too long");
  if (Buffer.byteLength(JSON.stringify(metadata)) > 1_024)
    return invalid("metadata", "is too large");
  if (group_id !== undefined && groups.get(group_id) !== false) {
    return invalid("group", "Group: is invalid");
  }
  const wrong = (given.custom_fields ?? []).filter(
    ({ id, value }) => choices.has(id) && !choices.get(id)?.includes(value),
  );
  if (wrong.length > 0) {
    const base = wrong.map(({ id }) => ({
      ...{ description: "Size: is invalid", error: "InvalidValue" },
      ...(namesFields && { ticket_field_id: id }),
    }));
    return { ...invalid("base", ""), details: { base } };
  }
  const people = [requester_id, comment?.author_id].filter((id) => id !== undefined);
  if (people.some((id) => users.get(id)?.active !== true)) {
    return invalid("requester", "Requester: is not valid");
  }
  if (comment?.uploads?.some((token) => !uploads.has(token))) {
    return invalid("uploads", "Uploads: token is not valid");
  }
  return undefined;
}

function commentOf({ me }: Books, { comment = {}, metadata }: Given): StubComment {
  const { html_body = "", public: isPublic = true, author_id = me.id, uploads = [] } = comment;
  const keys = (metadata?.waypost ?? "").split(" ").filter((key) => key !== "");
  return { html_body, public: isPublic, author_id, uploads, keys };
}
