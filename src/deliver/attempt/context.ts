import type {
  Contacts,
  DeliveryContext,
  Ledger,
  Link,
  RememberOptions,
  Replying,
  WaypostEvent,
} from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Lease } from "../../support/lease.ts";
import type { Log } from "../../support/log.ts";
import { type DestinationSetup, delayedRoute } from "../delivery.ts";
import type { Decider } from "../flows/decide.ts";
import type { Health } from "../health.ts";
import type { OpenRow } from "../lanes/lane.ts";
import { retryWhileHeld } from "../retry-while-held.ts";
import { aboutOf, askContact } from "./contact-of.ts";
import { absentFiles, askOnce, noSurroundings, type Surroundings } from "./surroundings.ts";
import { latestAt } from "./waits.ts";

export interface ContextParts {
  readonly setup: DestinationSetup;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "of">;
  readonly surroundings?: Surroundings;
  readonly health: Health;
  readonly decider?: Decider;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a destination is told beside the event. */
export async function contextOf(
  parts: ContextParts,
  row: OpenRow,
  event: WaypostEvent,
  contactKeys?: readonly string[],
): Promise<DeliveryContext> {
  const { name, destination } = parts.setup;
  const linkOf = (about: string | readonly string[]) =>
    retryWhileHeld(() => parts.ledger.link(name, about), parts);
  const link =
    destination.links === false ? undefined : await linkOf(aboutOf(event, "conversation"));
  const contactLink = contactKeys && (await linkOf(contactKeys));
  const after = delayedRoute(name, row);
  const { surroundings = noSurroundings } = parts;
  const transcript = parts.setup.transcripts?.get(row.route) ?? parts.setup.config.transcript;
  return {
    destination: name,
    idempotencyKey: [event.id, name, after, row.again]
      .filter((part) => part !== undefined)
      .join(":"),
    ...(after !== undefined && { after }),
    ...(row.again !== undefined && { again: row.again }),
    attempt: row.history.length + 1,
    fence: parts.lease.fence(),
    routes: row.decided ?? [row.route],
    link,
    contactLink,
    contact: askContact(event, parts.contacts),
    ...(transcript !== undefined && { transcript }),
    scope: (names) => {
      const ask = () => surroundings.scope(event, row.route, names, transcript);
      return askOnce("what its templates show", ask)();
    },
    concerned: askOnce("which message it concerns", () => surroundings.concerned(event)),
    files: askOnce("which files it has", async () => {
      const files = await surroundings.files(event);
      return files === "waits" ? absentFiles(event, "the file was not there in time") : files;
    }),
    ...(parts.setup.config.writesToContacts && { replying: replyingOf(parts, row, event) }),
    shadow: false,
    remember: (made, options) => saveLink(parts, event, made, options),
  };
}

function replyingOf(
  { surroundings = noSurroundings, health, decider }: ContextParts,
  row: OpenRow,
  event: WaypostEvent,
): Replying {
  return {
    until: latestAt(decider, row, event),
    standing: (answers) =>
      askOnce("how the conversation stands", () => surroundings.standing(event, answers))(),
    marks: (answers) => askOnce("what it is about", () => surroundings.marks(event, answers))(),
    sentWith: (callback) => askOnce("what was sent", () => surroundings.sentWith(callback))(),
    repeats: () => health.repeated(),
  };
}

export async function saveLink(
  parts: ContextParts,
  event: WaypostEvent,
  link: Link,
  { scope = "conversation", ...options }: RememberOptions = {},
): Promise<void> {
  const { setup, ledger, lease } = parts;
  const save = () => ledger.saveLink(setup.name, aboutOf(event, scope), link, lease.epoch, options);
  if (await retryWhileHeld(save, parts)) return;
  lease.lose("a later holder has written the link");
  lease.check();
}
