import type { WaypostEvent } from "../../src/event/event.ts";

/** A vendor, on this machine. */
export interface StandIn {
  /** What a destination of this kind says instead of the vendor's address and your secrets. */
  options(
    name: string,
    given: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>>;
  /** Makes what these options ask for to be there, such as a channel. */
  addFor?(options: Readonly<Record<string, unknown>>): void;
  /** Where Waypost is, and what Meta's webhooks are signed with. */
  tellTo?(webhook: { readonly url: string; readonly appSecret: string }): void;
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
  /** Of your account at Meta: name, language and how many parameters the body has. */
  readonly templates?: readonly {
    readonly name: string;
    readonly language: string;
    readonly body?: number;
  }[];
  /** Programs that stand for services of yours, by the destination's name: they take BOT_SECRET and PORT, and say where they listen. */
  readonly botPrograms?: Readonly<Record<string, URL>>;
  /** What services of yours answer with, by the destination's name. */
  readonly bots?: Readonly<Record<string, (event: WaypostEvent) => object | undefined>>;
}
