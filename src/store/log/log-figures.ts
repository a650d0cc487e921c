import {
  type Breakdown,
  type EventCount,
  type LogFigures,
  QueryTooWideError,
  type SentMessage,
  type Span,
  type Turn,
} from "../../contracts.ts";
import { sideOfType } from "../../event/direction.ts";
import { resolveAliases } from "../contacts/aliases.ts";
import type { Reader } from "./reader.ts";
import type { MessageRow } from "./views.ts";

/** Milliseconds since 1970: `from` inclusive, `to` exclusive. */
export interface Times {
  readonly from: number;
  readonly to: number;
}

/** Account, minutes since 1970, type, breakdown as it is kept, how many. */
export type CountRow = readonly [string, number, string, string | null, number];

/** What a store looks up for it, by index alone. Throws QueryTooWideError at its time limit. */
export interface FiguresReader {
  /** Of the oldest event. */
  firstAt(): Promise<number | undefined>;
  counts(times: Times): Promise<CountRow[]>;
  /** Conversation and type, each pair once, of the number's events that have a conversation. */
  conversations(phoneNumberId: string, times: Times): Promise<(readonly [string, string])[]>;
  /** Conversation, receipt and type of what happened in them, by receipt. */
  /** Ascending; `after` is the place of the last one before. */
  sent(
    span: Span,
    page: { readonly after?: Pick<SentMessage, "at" | "id">; readonly limit: number },
  ): Promise<MessageRow[]>;
  turns(
    conversations: readonly string[],
    times: Times,
  ): Promise<(readonly [string, number, string])[]>;
}

const minuteMs = 60_000;
/** One look at an account's conversations; what takes too long is halved. */
const sliceMs = 60 * minuteMs;
/** As many conversations at once. */
const many = 500;

export function createLogFigures(figures: FiguresReader, log: Pick<Reader, "aliases">): LogFigures {
  return {
    async firstAt() {
      const at = await figures.firstAt();
      return at === undefined ? undefined : new Date(at).toISOString();
    },
    counts: async (span) => (await halving(timesOf(span), figures.counts)).map(toCount),
    async conversations(account, side, span) {
      const found = new Set<string>();
      for (const times of slices(timesOf(span))) {
        const pairs = await halving(times, (each) => figures.conversations(account, each));
        for (const [id, type] of pairs) if (sideOfType(type) === side) found.add(id);
      }
      const idsOf = await resolveAliases([...found], log.aliases);
      return [...new Set([...found].map((id) => nameOf(idsOf(id))))].sort();
    },
    async turns(conversations, span) {
      const idsOf = await resolveAliases(conversations, log.aliases);
      const all = new Map(
        conversations.flatMap((id) => idsOf(id).map((each) => [each, nameOf(idsOf(id))])),
      );
      const ids = [...all.keys()];
      const turns: Turn[] = [];
      for (let at = 0; at < ids.length; at += many) {
        const some = ids.slice(at, at + many);
        const found = await halving(timesOf(span), (times) => figures.turns(some, times));
        turns.push(...found.flatMap((turn) => toTurn(turn, all, idsOf)));
      }
      return turns.sort(byConversation);
    },
    sent: async (span, page) => (await figures.sent(span, page)).map(toSent),
  };
}

const revoked = "business.consent.revoked";

function toTurn(
  [id, received, type]: readonly [string, number, string],
  names: ReadonlyMap<string, string>,
  idsOf: (id: string) => readonly string[],
): Turn[] {
  const side = type === revoked ? "stop" : sideOfType(type);
  const conversation = names.get(id);
  if (side === undefined || conversation === undefined) return [];
  return [{ conversation, ids: idsOf(id), at: new Date(received).toISOString(), side }];
}

function toSent(row: MessageRow): SentMessage {
  const { template, campaign, variant, status, conversationId, type } = row;
  const category = row.pricing?.value["category"];
  const pricing = { category: String(category), billable: row.pricing?.value["billable"] === true };
  return {
    id: row._id,
    account: row.phoneNumberId ?? row.wabaId ?? "",
    at: row.sentAt ?? "",
    codes: (row.errors ?? []).flatMap(({ code }) => code ?? []),
    told: type !== undefined,
    ...(conversationId !== undefined && { conversation: conversationId }),
    ...(template && { template: template.value }),
    ...(campaign && { campaign: campaign.value }),
    ...(variant && { variant: variant.value }),
    ...(status && { status: status.name }),
    ...(category !== undefined && { pricing }),
  };
}

/** All ids of a person's conversation have one name. */
function nameOf(ids: readonly string[]): string {
  return ids.reduce((a, b) => (a < b ? a : b));
}

/** What takes too long is asked in halves, down to a second. */
async function halving<T>(times: Times, ask: (times: Times) => Promise<T[]>): Promise<T[]> {
  try {
    return await ask(times);
  } catch (error) {
    const { from, to } = times;
    if (!(error instanceof QueryTooWideError) || to - from <= 1_000) throw error;
    const middle = from + Math.floor((to - from) / 2);
    const first = await halving({ from, to: middle }, ask);
    return [...first, ...(await halving({ from: middle, to }, ask))];
  }
}

function slices({ from, to }: Times): Times[] {
  const found: Times[] = [];
  for (let at = from; at < to; at += sliceMs)
    found.push({ from: at, to: Math.min(at + sliceMs, to) });
  return found;
}

function timesOf({ from, to }: Span): Times {
  return { from: Date.parse(from), to: Date.parse(to) };
}

function toCount([account, minute, type, breakdown, count]: CountRow): EventCount {
  const parsed = breakdown === null ? undefined : (JSON.parse(breakdown) as Breakdown);
  const at = new Date(minute * minuteMs).toISOString();
  return { account, minute: at, type, count, ...(parsed && { breakdown: parsed }) };
}

function byConversation(a: Turn, b: Turn): number {
  if (a.conversation !== b.conversation) return a.conversation < b.conversation ? -1 : 1;
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.side === b.side ? 0 : a.side < b.side ? -1 : 1;
}
