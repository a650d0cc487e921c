import { Webhook } from "standardwebhooks";
import type { WaypostEvent } from "../../src/contracts.ts";
import { type StubRequest, startStub } from "../destinations/stub.ts";
import { startDriven } from "./driver.ts";
import { type Office, plainUseCases, webhookSecret } from "./use-cases.ts";

/** A delivery as a stand-in has it in its book. */
export interface Entry {
  readonly destination: string;
  /** Whose options it was sent with. */
  readonly route: string;
  /** In Meta's own form there is none. */
  readonly event?: WaypostEvent;
  readonly body: string;
}

export type UseCaseProgram = Awaited<ReturnType<typeof startUseCases>>;

/** The whole program with the use cases, and a plain webhook for each destination. */
export async function startUseCases(office: Office = "open") {
  const entries: Entry[] = [];
  const standIns = await startStub((request) => {
    entries.push(entryOf(request));
    return { status: 204 };
  });
  const driven = await startDriven(plainUseCases(standIns.url, office), fencedDestinations);
  const bookOf = (phone: string) => entries.filter(({ body }) => body.includes(`"${phone}"`));
  return {
    ...driven,
    bookOf,
    /** By the route's options: where an event about the contact went, and what it was. */
    async heard(phone: string, ...routes: string[]) {
      await driven.settle(phone);
      return bookOf(phone)
        .filter(({ route }) => routes.length === 0 || routes.includes(route))
        .map(({ destination, route, event }) => `${route} ${destination} ${event?.type ?? "meta"}`)
        .sort();
    },
    /** From now on with other hours. */
    becomes: (now: Office, maxAge?: string) =>
      driven.reload(plainUseCases(standIns.url, now, maxAge)),
    async end() {
      await driven.end();
      await standIns.close();
    },
  };
}

/** All but the one that takes Meta's form alone. */
const fencedDestinations = 10;
const verifier = new Webhook(webhookSecret);

function entryOf({ path, headers, body }: StubRequest): Entry {
  verifier.verify(body, headers as Record<string, string>);
  const parsed = JSON.parse(body) as WaypostEvent;
  const route = String(headers["x-route"] ?? "none");
  const event = parsed.specversion === undefined ? {} : { event: parsed };
  return { destination: path.slice(1), route, body, ...event };
}
