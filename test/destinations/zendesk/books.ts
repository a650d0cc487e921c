import type { Clock } from "../../../src/support/clock.ts";

export interface StubUser {
  id: number;
  name: string;
  external_id?: string;
  phone: string | null;
  role: string;
  active: boolean;
  updated_at: string;
  /** Besides the phone. */
  identities: string[];
}

export interface StubComment {
  readonly html_body: string;
  readonly public: boolean;
  readonly author_id: number;
  readonly uploads: readonly string[];
  /** What the update carried as metadata. */
  readonly keys: readonly string[];
}

export interface StubTicket {
  id: number;
  subject: string;
  status: string;
  external_id: string;
  requester_id: number;
  tags: string[];
  created_at: string;
  updated_at: string;
  solved_at: string | null;
  via_followup_source_id?: number;
  /** What else was written. */
  given: object;
  comments: StubComment[];
  audits: { created_at: string; metadata: { custom: object; system: object } }[];
}

/** What one Zendesk account holds. */
export function createBooks(clock: Pick<Clock, "now">) {
  const users = new Map<number, StubUser>();
  const tickets = new Map<number, StubTicket>();
  const uploads = new Map<string, { filename: string; type: string; bytes: number }>();
  /** Comments in the order they were written, over all tickets. */
  const log: StubComment[] = [];
  let ids = 100;
  const nextId = () => {
    ids += 1;
    return ids;
  };
  const now = () => new Date(clock.now()).toISOString();
  const addUser = (given: Partial<StubUser>): StubUser => {
    const user: StubUser = {
      ...{ id: nextId(), name: "", phone: null, role: "end-user", active: true, identities: [] },
      ...{ updated_at: now(), ...given },
    };
    users.set(user.id, user);
    return user;
  };
  const me = addUser({ name: "Waypost", role: "agent" });
  return {
    ...{ users, tickets, uploads, log, me, nextId, now, addUser },
    /** Users that the search still finds after they were deleted for good. */
    ghosts: new Set<StubUser>(),
    /** False: new tickets are not in lists yet. */
    listsTickets: true,
    /** What custom fields take, by id, where that is not any text. */
    choices: new Map<number, readonly unknown[]>(),
    /** A record that is invalid says which field is. */
    namesFields: true,
    /** Groups, and whether each was deleted. */
    groups: new Map([[77, false]]),
    tagsOf: (id: number) => tickets.get(id)?.tags,
    /** What an agent does with a ticket. */
    set(id: number, change: Partial<StubTicket>) {
      const ticket = tickets.get(id);
      if (ticket === undefined) throw new Error(`no ticket ${id}`);
      Object.assign(ticket, { updated_at: now() }, change);
      if (change.status === "solved") ticket.solved_at ??= now();
    },
    comment(ticket: StubTicket, comment: StubComment, metadata: object) {
      ticket.comments.push(comment);
      ticket.updated_at = now();
      ticket.audits.push({ created_at: now(), metadata: { custom: metadata, system: {} } });
      log.push(comment);
    },
  };
}
export type Books = ReturnType<typeof createBooks>;
