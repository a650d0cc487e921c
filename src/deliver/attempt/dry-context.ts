import type { Contacts, DeliveryContext, Ledger, WaypostEvent } from "../../contracts.ts";
import { personEdges } from "../../event/alias-edges.ts";
import type { Decider } from "../flows/decide.ts";
import { aboutOf, askContact } from "./contact-of.ts";
import type { Surroundings } from "./surroundings.ts";
import { latestAt } from "./waits.ts";

interface DryParts {
  readonly ledger: Pick<Ledger, "link" | "contactAliases">;
  readonly contacts: Pick<Contacts, "of">;
  readonly surroundings: Surroundings;
  readonly decider: Decider;
}

/** What a destination would be told if the event's turn were now. Reads alone: nothing that it remembers is kept. */
export async function dryContext(
  event: WaypostEvent,
  which: { readonly destination: string; readonly route: string; readonly delayed: boolean },
  { ledger, contacts, surroundings, decider }: DryParts,
): Promise<DeliveryContext> {
  const { destination, route, delayed } = which;
  const about = aboutOf(event, "contact");
  const keys =
    about === event.id
      ? [about]
      : (await ledger.contactAliases([about], personEdges(event)))(about);
  const key = [event.id, destination, ...(delayed ? [route] : [])].join(":");
  return {
    ...{ destination, idempotencyKey: key, attempt: 1, fence: 0, routes: [route], shadow: true },
    ...(delayed && { after: route }),
    link: undefined,
    contactLink: await ledger.link(destination, keys),
    contact: askContact(event, contacts),
    scope: (names) => surroundings.scope(event, route, names),
    concerned: () => surroundings.concerned(event),
    files: async () => [],
    replying: {
      until: latestAt(decider, { route, replay: undefined }, event),
      standing: (answers) => surroundings.standing(event, answers),
      marks: (answers) => surroundings.marks(event, answers),
      sentWith: (callback) => surroundings.sentWith(callback),
      repeats: async () => undefined,
    },
    remember: async () => undefined,
  };
}
