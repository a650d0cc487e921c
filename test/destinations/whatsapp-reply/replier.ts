import type {
  Delivered,
  DeliveryContact,
  DeliveryContext,
  DeliveryError,
  Link,
  Standing,
  WaypostEvent,
} from "../../../src/contracts.ts";
import { noSurroundings } from "../../../src/deliver/attempt/surroundings.ts";
import { whatsappReply } from "../../../src/destinations/whatsapp-reply/whatsapp-reply.ts";
import { createArrayLog } from "../../support/array-log.ts";
import type { CloudApi } from "./cloud-api.ts";

export const start = Date.UTC(2026, 10, 20, 10, 1);

export interface Asked {
  readonly standing?: Partial<Standing>;
  readonly contact?: Partial<DeliveryContact>;
  readonly context?: Partial<DeliveryContext>;
  readonly shadow?: true;
}

/** A destination whose context says how the conversation stands, with a clock that is moved by hand. */
export function createReplier(
  api: CloudApi,
  options: Readonly<Record<string, unknown>> = { text: "Back at 9." },
) {
  const clock = { at: start };
  const log = createArrayLog();
  const now = () => clock.at;
  const given = { token: api.token, baseUrl: api.url, ...options };
  const parts = { log, clock: { now }, accounts: { berlin: { phoneNumberId: "700700700700700" } } };
  const destination = whatsappReply.create("whatsapp", given, parts as never);
  const links = new Map<string, Link>();
  const repeats: string[] = [];
  /** What the log knows of what was sent. */
  const statuses = new Map<string, string>();
  const contextOf = (event: WaypostEvent, asked: Asked): DeliveryContext => {
    const { waId, userId } = event.data.contact ?? {};
    const contact: DeliveryContact = {
      ...{ id: "ctc_1", tags: [], fields: {}, consent: {}, phoneCandidates: [] },
      phones: waId === undefined ? [] : [waId],
      userIds: userId === undefined ? [] : [userId],
      ...asked.contact,
    };
    const person = waId ?? userId ?? event.id;
    const standing: Standing = {
      ...{ answered: event, origin: event, heldBy: undefined, stopped: false },
      windowUntil: clock.at + 3_600_000,
      ...asked.standing,
    };
    const key = `${event.id}:whatsapp`;
    return {
      ...{ destination: "whatsapp", idempotencyKey: key, attempt: 1, fence: 1, routes: ["r"] },
      ...{ link: undefined, contactLink: links.get(person) },
      contact: async () => contact,
      scope: (names) => noSurroundings.scope(event, "r", names),
      concerned: async () => undefined,
      files: async () => [],
      replying: {
        standing: async () => standing,
        marks: async () => ({}),
        sentWith: async (callback) => statuses.get(callback),
        repeats: async () => void repeats.push(key),
      },
      shadow: asked.shadow ?? false,
      async remember(link) {
        links.set(person, link);
      },
      ...asked.context,
    };
  };
  const signal = () => AbortSignal.timeout(5_000);
  const deliver = (event: WaypostEvent, asked: Asked = {}): Promise<Delivered> =>
    destination.deliver(event, contextOf(event, asked), signal());
  return {
    ...{ destination, clock, log, links, repeats, statuses, contextOf, deliver },
    find: async (event: WaypostEvent, asked: Asked = {}): Promise<Delivered | undefined> =>
      destination.find?.(event, contextOf(event, asked), signal()),
    /** How it failed. */
    fails: async (event: WaypostEvent, asked: Asked = {}): Promise<DeliveryError> => {
      const thrown = await deliver(event, asked).catch((error: unknown) => error);
      if (thrown instanceof Error && thrown.name === "DeliveryError")
        return thrown as DeliveryError;
      throw new Error(`it was delivered, or threw ${JSON.stringify(thrown)} ${String(thrown)}`);
    },
    close: (): Promise<void> => destination.close(),
  };
}
export type Replier = ReturnType<typeof createReplier>;
