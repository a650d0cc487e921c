import type { Destination } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { createDesk } from "../desk/desk.ts";
import { eraseAtDesk } from "../desk/erase.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { pathOf } from "../http/api.ts";
import { createShared } from "../shared.ts";
import { type Call, urlOf } from "./call.ts";
import { checkFreshdesk, requirementsOf } from "./check.ts";
import { createFreshdeskApi } from "./client.ts";
import { findWritten } from "./find-written.ts";
import { type FreshdeskOptions, parseFreshdeskOptions, type RawOptions } from "./options.ts";
import { freshdeskSchema } from "./schema.ts";
import { write } from "./write.ts";

type Parts = Pick<DestinationParts, "shared"> & { readonly clock?: Clock };

/** A contact for each person, and a ticket for each conversation, with both sides as its notes. */
export const freshdesk: DestinationKind<RawOptions> = {
  kind: "freshdesk",
  schema: freshdeskSchema,
  create: (name, given, parts: Parts) => createFreshdesk(parseFreshdeskOptions(name, given), parts),
};

function createFreshdesk(
  options: FreshdeskOptions,
  { clock = systemClock, shared = createShared() }: Parts,
): Destination {
  const api = createFreshdeskApi(options, clock, shared);
  return createDesk<Call>("freshdesk", {
    ...{ api, text: options.text, shadows: true, write, find: findWritten },
    call: (given) => ({ ...given, options }),
    check: (session) => checkFreshdesk(session, options),
    requirements: (session) => requirementsOf(session, options),
    erase: (person, signal) =>
      eraseAtDesk(api.plain(signal), person, {
        object: "ticket",
        // A ticket goes to the trash, which Freshdesk empties after 30 days; a contact is gone with its tickets.
        pathOf: (object, id) =>
          object === "ticket" ? pathOf`/tickets/${id}` : pathOf`/contacts/${id}/hard_delete`,
        query: (object): Record<string, string> => (object === "ticket" ? {} : { force: "true" }),
        urlOf: (id) => urlOf(options, "contact", id),
        absent: [404, 405],
      }),
  });
}
