/** What an account of Freshdesk holds, for the stub. */
export interface StubContact {
  readonly id: number;
  name: string;
  phone: string | null;
  mobile: string | null;
  unique_external_id: string | null;
  custom_fields: Record<string, unknown>;
  deleted: boolean;
  updated_at: string;
  /** Then it is no contact to those who look for one. */
  readonly isAgent?: true;
}

interface StubNote {
  readonly id: number;
  readonly body: string;
  readonly body_text: string;
  readonly private: boolean;
  readonly incoming: boolean;
  readonly user_id: number;
  readonly attachments: readonly string[];
  readonly notified: readonly string[];
}

export interface StubTicket {
  readonly id: number;
  readonly subject: string;
  readonly description: string;
  status: number;
  requester_id: number;
  readonly tags: readonly string[];
  readonly custom_fields: Readonly<Record<string, unknown>>;
  readonly told: Readonly<Record<string, unknown>>;
  readonly attachments: readonly string[];
  readonly notes: StubNote[];
  deleted: boolean;
  spam: boolean;
  stats: { closed_at: string | null; resolved_at: string | null };
  updated_at: string;
}

export interface Desk {
  readonly contacts: Map<number, StubContact>;
  readonly tickets: Map<number, StubTicket>;
  readonly ticketFields: Set<string>;
  /** Every text that was written, in order: of tickets and of notes. */
  readonly effects: string[];
  nextId(): number;
}

export function createDesk(): Desk {
  let last = 100;
  return {
    contacts: new Map(),
    tickets: new Map(),
    ticketFields: new Set(["subject", "status"]),
    effects: [],
    nextId: () => {
      last += 1;
      return last;
    },
  };
}

/** As somebody in the account would make one. */
export function addContact(desk: Desk, given: Partial<Omit<StubContact, "id">> = {}): StubContact {
  const contact: StubContact = {
    id: desk.nextId(),
    ...{ name: "", phone: null, mobile: null, unique_external_id: null, custom_fields: {} },
    ...{ deleted: false, updated_at: "2026-01-01T00:00:00Z" },
    ...given,
  };
  desk.contacts.set(contact.id, contact);
  return contact;
}

/** What a reader sees of HTML. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");
}
