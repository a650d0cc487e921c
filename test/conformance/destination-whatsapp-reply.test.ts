import type { Destination, Link, WaypostEvent } from "../../src/contracts.ts";
import { DeliveryError } from "../../src/contracts.ts";
import { whatsappReply } from "../../src/destinations/whatsapp-reply/whatsapp-reply.ts";
import { startCloudApi } from "../destinations/whatsapp-reply/cloud-api.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

const elevenMinutes = 11 * 60_000;

/** With what the engine gives to who writes to contacts: how the conversation stands, a link of the contact, and the log's statuses. */
function within(destination: Destination, api: Awaited<ReturnType<typeof startCloudApi>>) {
  const links = new Map<string, Link>();
  const given: Parameters<Destination["deliver"]>[1] extends infer Context
    ? (event: WaypostEvent, context: Context) => Context
    : never = (event, context) => {
    const person = event.data.contact?.waId ?? "";
    return {
      ...context,
      contactLink: links.get(person),
      replying: {
        standing: async () => ({
          ...{ answered: event, origin: event, windowUntil: Number.POSITIVE_INFINITY },
          ...{ heldBy: undefined, stopped: false },
        }),
        marks: async () => ({}),
        sentWith: async (callback) =>
          api.messages.find((message) => message.callback === callback)?.wamid,
        repeats: async () => undefined,
      },
      remember: async (link) => void (context.shadow || links.set(person, link)),
    };
  };
  const find: NonNullable<Destination["find"]> = async (event, context, signal) =>
    destination.find?.(event, given(event, context), signal);
  return {
    ...destination,
    deliver: (event, context, signal) => destination.deliver(event, given(event, context), signal),
    // Whoever finds nothing waits: the time passes here.
    find: (...asked) =>
      find(...asked).catch((error: unknown) => {
        if (!(error instanceof DeliveryError && error.laneOnly)) throw error;
        clock.at += elevenMinutes;
        return find(...asked);
      }),
  } satisfies Destination as Destination;
}

const clock = { at: 0 };

const open = async (): Promise<HttpDestinationUnderTest> => {
  clock.at = Date.UTC(2026, 10, 20, 10, 1);
  const api = await startCloudApi();
  const options = {
    ...{ token: api.token, baseUrl: api.url, text: "You said: {{ message.text.body }}" },
    ...{ maxPerHour: 1_000, onUnknown: "repeat" as const },
  };
  const parts = { log: createArrayLog(), clock: { now: () => clock.at } } as never;
  const made = whatsappReply.create("under-test", options, parts);
  return {
    destination: within(made, api),
    stub: {
      ...{ url: api.url, port: Number(new URL(api.url).port) },
      get requests() {
        return [...api.requests].filter(({ method }) => method === "POST");
      },
      fail: api.fail,
      disturbed: api.disturbed,
      connections: () => 0,
      close: api.close,
    },
    effects: () => api.messages.map(({ callback = "" }) => callback.replace(/:under-test$/, "")),
    secrets: [api.token],
    close: async () => {
      await made.close();
      await api.close();
    },
  };
};
destinationConformance("whatsapp-reply", open);
shadowConformance("whatsapp-reply", open);
httpConformance("whatsapp-reply", { bodyDecides: true, conflict: "refused" }, open);
