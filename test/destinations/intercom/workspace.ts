/** What a workspace of Intercom holds, for the stub. */
export interface StubContact {
  readonly id: string;
  role: string;
  external_id: string | null;
  email: string | null;
  phone: string | null;
  name: string | null;
  custom_attributes: Record<string, unknown>;
  updated_at: number;
  archived: boolean;
}

export interface StubPart {
  readonly id: string;
  readonly part_type: string;
  readonly body: string;
  readonly created_at: number;
  readonly author: { readonly type: string; readonly id: string };
  readonly attachments: readonly string[];
}

export interface StubConversation {
  readonly id: string;
  readonly contact: string;
  readonly source: StubPart;
  readonly parts: StubPart[];
  readonly created_at: number;
  /** When the search shows it, by the stub's clock. */
  readonly shownAt: number;
  state: "open" | "closed";
  statistics: { last_close_at: number | null };
}

interface StubNote {
  readonly id: string;
  readonly contact: string;
  readonly body: string;
  readonly created_at: number;
}

export interface Workspace {
  readonly contacts: Map<string, StubContact>;
  readonly conversations: Map<string, StubConversation>;
  readonly notes: StubNote[];
  readonly attributes: Set<string>;
  /** Every text that was written, in order: conversations begun, replies, notes. */
  readonly effects: StubPart[];
  nextId(): number;
}

export function createWorkspace(): Workspace {
  let last = 1_000;
  return {
    contacts: new Map(),
    conversations: new Map(),
    notes: [],
    attributes: new Set(),
    effects: [],
    nextId: () => {
      last += 1;
      return last;
    },
  };
}

/** As somebody in the workspace would make one. */
export function addContact(
  workspace: Workspace,
  given: Partial<Omit<StubContact, "id">> = {},
): StubContact {
  const id = workspace.nextId().toString(16).padStart(24, "0");
  const contact: StubContact = {
    id,
    ...{ role: "user", external_id: null, email: null, phone: null, name: null },
    ...{ custom_attributes: {}, updated_at: 1_700_000_000, archived: false },
    ...given,
  };
  workspace.contacts.set(id, contact);
  return contact;
}
