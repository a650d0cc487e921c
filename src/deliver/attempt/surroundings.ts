import {
  DeliveryError,
  type EventFile,
  type ReplyMarks,
  type Standing,
  type TemplateName,
  type WaypostEvent,
} from "../../contracts.ts";
import { mediaOf } from "../../event/media-of.ts";

/** What a destination may ask beside its event. Whatever these reject with, nothing was delivered. */
export interface Surroundings {
  /** `route`: the one that held; its `match` is among what templates may name. */
  scope(
    event: WaypostEvent,
    route: string,
    names: ReadonlySet<TemplateName>,
    /** So many messages of it; 20 unless told. */
    transcript?: number,
  ): Promise<Readonly<Record<string, unknown>>>;
  concerned(event: WaypostEvent): Promise<WaypostEvent | undefined>;
  /** "waits": one of them may still come. */
  files(event: WaypostEvent): Promise<readonly EventFile[] | "waits">;
  /** `answers`: the event that a reply answers, where it is another one. */
  standing(event: WaypostEvent, answers?: string): Promise<Standing>;
  /** What a reply bears of what it answers. */
  marks(event: WaypostEvent, answers?: string): Promise<ReplyMarks>;
  /** As `SentMessages`. */
  sentWith(callback: string): Promise<string | undefined>;
  /** Whether the log has it. */
  has(eventId: string): Promise<boolean>;
}

/** Where nothing is remembered: the event alone. */
export const noSurroundings: Surroundings = {
  scope: async (event, _route, names) => {
    const { message, contact, account, business } = event.data;
    const told: Partial<Record<TemplateName, unknown>> = {
      ...{ event, message, contact, account, business },
    };
    return Object.fromEntries([...names].map((name) => [name, told[name]]));
  },
  concerned: async () => undefined,
  files: async (event) => absentFiles(event, "files are not fetched: META_ACCESS_TOKEN is not set"),
  standing: async (event, answers = event.id) => {
    const answered = answers === event.id ? event : undefined;
    const nobody = { windowUntil: undefined, heldBy: undefined, stopped: false };
    return { answered, origin: answered, ...nobody };
  },
  marks: async () => ({}),
  sentWith: async () => undefined,
  has: async () => true,
};

/** Each file of the event, with the sentence why it cannot be had. */
export function absentFiles(event: WaypostEvent, absent: string): EventFile[] {
  return mediaOf(event).map(({ id, name }) => ({ mediaId: id, name, absent }));
}

/** Asks at the first call; a failure says that nothing was done. */
export function askOnce<T>(what: string, ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      if (error instanceof DeliveryError) throw error;
      throw new DeliveryError("outage", `the store does not say ${what}`, { cause: error });
    });
    return asked;
  };
}
