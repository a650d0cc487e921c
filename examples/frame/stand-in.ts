/** A vendor, on this machine. */
export interface StandIn {
  /** What a destination of this kind says instead of the vendor's address and your secrets. */
  options(
    name: string,
    given: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>>;
  /** What it holds, in words, oldest first. Nothing is taken out. */
  book(): readonly string[];
  close(): Promise<void>;
}

/** What is there before the story begins. */
export interface Given {
  /** Of the shop, with the customer's name and phone. */
  readonly orders?: readonly {
    readonly name: string;
    readonly customer: string;
    readonly phone: string;
  }[];
}
