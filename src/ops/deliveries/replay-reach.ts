import type { Page, PageRequest, Replay, ReplayRequest, Replays } from "../../contracts.ts";
import { sees } from "../access/reach.ts";
import { allAccounts } from "../access/require-scopes.ts";
import type { Viewer } from "../access/viewer.ts";

type Accounts = Pick<Viewer, "accounts">;

/** Pages looked through for one; what is left of them is behind `next`. */
const maxPages = 10;

/** The same of this viewer's accounts alone. Throws a Problem for deliveries, which are not found by account. */
export function withinReach({ accounts }: Accounts, request: ReplayRequest): ReplayRequest {
  if (accounts === undefined) return request;
  const { filter } = request;
  if (filter.of === "deliveries") throw allAccounts();
  return { ...request, filter: { ...filter, accounts } };
}

/** Those of which all that they send is of accounts that this viewer sees. */
export function seenReplays(
  viewer: Accounts,
  replays: Pick<Replays, "get" | "list">,
): Pick<Replays, "get" | "list"> {
  if (viewer.accounts === undefined) return replays;
  const isSeen = ({ filter }: Replay) => {
    if (filter.of === "deliveries") return false;
    const { account, accounts = account === undefined ? [] : [account] } = filter;
    return accounts.length > 0 && accounts.every((each) => sees(viewer, each));
  };
  return {
    async get(id) {
      const replay = await replays.get(id);
      return replay && isSeen(replay) ? replay : undefined;
    },
    list: (page) => listSeen(replays, isSeen, page),
  };
}

async function listSeen(
  replays: Pick<Replays, "list">,
  isSeen: (replay: Replay) => boolean,
  { limit, ...request }: PageRequest,
): Promise<Page<Replay>> {
  let page = await replays.list({ ...request, limit });
  const items = page.items.filter(isSeen);
  for (let pages = 1; page.next !== null && items.length < limit && pages < maxPages; pages++) {
    page = await replays.list({ limit: limit - items.length, cursor: page.next });
    items.push(...page.items.filter(isSeen));
  }
  return { items, next: page.next };
}
