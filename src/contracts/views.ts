/** A page of the console with its filters, kept under a name. */
export interface SavedView {
  readonly id: string;
  readonly name: string;
  /** Of the console: `events`, `deliveries`, … */
  readonly page: string;
  /** As it stands in the console's fragment: `type=whatsapp.message.*&from=1d`. People only as `ctc_…`. */
  readonly filter: string;
  /** Name of the token that made it. */
  readonly owner: string;
  /** Others see it too. */
  readonly shared: boolean;
  /** Its filter may tell of a person: words, a conversation, a message. */
  readonly personal: boolean;
  readonly createdAt: string;
}

export type ViewChange = Partial<Pick<SavedView, "name" | "shared">>;

export interface Views {
  add(view: SavedView): Promise<void>;
  /** All of them, the oldest first. */
  list(): Promise<SavedView[]>;
  /** Nothing where it is gone. */
  change(id: string, to: ViewChange): Promise<void>;
  remove(id: string): Promise<void>;
}
