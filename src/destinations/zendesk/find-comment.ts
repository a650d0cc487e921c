import type { Delivered } from "../../contracts.ts";
import { effectId } from "../effect-id.ts";
import { pathOf } from "../http/api.ts";
import { earliestOf } from "../later-time.ts";
import { linkTo } from "./deliver-turn.ts";
import { linkHere, type Work } from "./parts.ts";
import { auditsOf, hasNextPage } from "./records.ts";
import { externalIdOf, ticketsOfConversation } from "./which-ticket.ts";

/** Of 100 audits each. */
const mostPages = 20;
/** A lost answer may hide a new ticket, beside the one that is remembered. */
const mostTickets = 3;

/** The comment of an event, wherever an earlier attempt may have put it: by the delivery keys in the audits of the conversation's tickets. */
export async function findComment(work: Work): Promise<Delivered | undefined> {
  const { item, session, options } = work;
  const { ticket } = linkHere(item.context.link, options);
  const listed = await ticketsOfConversation(work, externalIdOf(work));
  const ids = [...listed.slice(0, mostTickets).map(({ id }) => id), ticket];
  for (const id of new Set(ids.filter((each) => each !== undefined))) {
    if (await isIn({ session, item }, id)) {
      const link = linkTo(work, id, [item.event.time]);
      return { remoteId: id, answer: `found in ticket ${id}`, link };
    }
  }
  return undefined;
}

async function isIn({ session, item }: Pick<Work, "session" | "item">, ticket: string) {
  const key = effectId(item.event, item.context);
  const from = earliestOf(item.event);
  const path = pathOf`/api/v2/tickets/${ticket}/audits`;
  for (let page = 1; page <= mostPages; page += 1) {
    const query = { sort_order: "desc", page };
    const request = { path, query, accept: [404], holds: "audits" };
    const { status, json } = await session.look(request);
    if (status === 404) return false;
    const audits = auditsOf(json);
    const keys = audits.flatMap(({ custom }) => String(custom["waypost"] ?? "").split(" "));
    if (keys.includes(key)) return true;
    const isOlder = audits.some(({ at }) => Date.parse(at) < from);
    if (isOlder || !hasNextPage(json)) return false;
  }
  return false;
}
