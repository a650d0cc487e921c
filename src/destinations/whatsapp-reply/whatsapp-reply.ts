import type { Accounts, Destination, WaypostEvent } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { createApi } from "../http/api.ts";
import { checkNumbers } from "./check.ts";
import { judge } from "./codes.ts";
import { guardsOf } from "./guards.ts";
import { jobOf } from "./job.ts";
import { choose, outgoingOf } from "./message.ts";
import { parseReplyOptions, type RawOptions, type ReplyOptions } from "./options.ts";
import { recipientOf } from "./recipient.ts";
import { deliverReply, findReply } from "./reply.ts";
import { whatsappReplySchema } from "./schema.ts";

/** Writes to the contact, with every guard that keeps it from writing too much, too late, or to who does not want it. */
export const whatsappReply: DestinationKind<RawOptions> = {
  kind: "whatsapp-reply",
  schema: whatsappReplySchema,
  create: (name, given, parts: DestinationParts & { readonly clock?: Clock }) =>
    createReplies(parseReplyOptions(name, given), {
      ...{ log: parts.log, clock: parts.clock ?? systemClock },
      accounts: parts.accounts ?? {},
    }),
};

interface Parts {
  readonly log: Log;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

function createReplies(options: ReplyOptions, { log, clock, accounts }: Parts): Destination {
  const { baseUrl, token } = options;
  const api = createApi({
    ...{ vendor: "Meta", baseUrl, judge, secrets: [token] },
    credentials: { token },
    // Some of Meta's servers refuse requests that do not say who asks.
    headers: { "user-agent": "waypost" },
  });
  const parts = { api, options, clock, log };
  return {
    kind: "whatsapp-reply",
    idempotency: "lookup",
    serialize: "contact",
    readsLog: true,
    shadows: true,
    deliver: (...given) => deliverReply(given, parts),
    find: (...given) => findReply(given, parts),
    preview: (event) => previewOf(event, options),
    guards: (event, context) => guardsOf(event, context, { options, now: clock.now() }),
    check: (signal) => checkNumbers(api.plain(signal), accounts),
    // Meta keeps messages for 30 days at most, and has no call that takes one back.
    erase: async () => [],
    close: api.close,
  };
}

/** As while the window is open; what is judged at the turn is not known here. */
function previewOf(event: WaypostEvent, options: ReplyOptions): unknown {
  const reply = jobOf(event, options).preview(event);
  const choice = choose(reply, true);
  const to = recipientOf(event, undefined);
  if (choice === undefined) return { ...to, ...reply };
  return { ...to, ...outgoingOf(reply, choice, undefined).body };
}
