import type { Destination } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { createDesk } from "../desk/desk.ts";
import { eraseAtDesk } from "../desk/erase.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { pathOf } from "../http/api.ts";
import { createShared } from "../shared.ts";
import { createAccount } from "./account.ts";
import type { Call } from "./call.ts";
import { checkIntercom, requirementsOf } from "./check.ts";
import { createIntercomApi } from "./client.ts";
import { findWritten } from "./find-written.ts";
import { type IntercomOptions, parseIntercomOptions, type RawOptions } from "./options.ts";
import { intercomSchema } from "./schema.ts";
import { write } from "./write.ts";

type Parts = Pick<DestinationParts, "shared"> & { readonly clock?: Clock };

/** A contact for each person, and their conversation with both sides, in Intercom's inbox. */
export const intercom: DestinationKind<RawOptions> = {
  kind: "intercom",
  schema: intercomSchema,
  create: (name, given, parts: Parts) => createIntercom(parseIntercomOptions(name, given), parts),
};

function createIntercom(
  options: IntercomOptions,
  { clock = systemClock, shared = createShared() }: Parts,
): Destination {
  const api = createIntercomApi(options, clock, shared);
  const accountFor = createAccount(options);
  const now = () => clock.now();
  return createDesk<Call>("intercom", {
    ...{ api, text: options.text, shadows: true, write, find: findWritten },
    call: async (given) => ({ ...given, options, now, account: await accountFor(given.session) }),
    check: (session) => checkIntercom(session, options),
    requirements: (session) => requirementsOf(session, options),
    async erase(person, signal) {
      const session = api.plain(signal);
      const { urlOf } = await accountFor(session);
      return eraseAtDesk(session, person, {
        object: "conversation",
        pathOf: (object, id) =>
          object === "contact" ? pathOf`/contacts/${id}` : pathOf`/conversations/${id}`,
        // Notes of theirs cannot be deleted by the API.
        urlOf: (id) => urlOf("contact", id),
        absent: [404],
      });
    },
  });
}
