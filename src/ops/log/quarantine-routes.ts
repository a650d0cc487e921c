import { type Response, Router } from "express";
import type {
  EventQuery,
  QuarantineEntry,
  QuarantineFilter,
  RetryQuarantined,
} from "../../contracts.ts";
import { audit } from "../access/audit.ts";
import { seenBy } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound } from "../http/problem.ts";
import { parsePage, parseTimes, requireValidated } from "../http/query.ts";

/** Entries hold up to 4 MB of base64 each, so few are held at a time. */
const readAtOnce = 10;
/** A list shows the bytes of entries up to this size; the others are had one by one. */
const maxBytesListed = 65_536;
/** Of few accounts, a page may be short, for what is of others is looked at too. */
const lookMs = 1_000;

type ListedEntry = Omit<QuarantineEntry, "dataBase64"> & { readonly dataBase64?: string };

export function createQuarantineRoutes({
  query,
  retryQuarantined,
}: {
  readonly query: EventQuery;
  readonly retryQuarantined: RetryQuarantined;
}): Router {
  const queryFor = (response: Response) => seenBy(viewerOf(response), query);
  const router = Router();
  router.use(requireValidated);
  router.get("/quarantine", async ({ query: asked }, response) => {
    const { limit, cursor } = parsePage(asked);
    const page = await listQuarantine(queryFor(response), parseTimes(asked), limit, cursor);
    audit(response, { count: page.items.length });
    response.json(page);
  });
  router.get("/quarantine/:id", async ({ params }, response) => {
    const entry = await queryFor(response).quarantineEntry(params.id);
    if (entry === undefined) throw notFound("quarantined POST");
    response.json(entry);
  });
  router.post("/quarantine/:id/retry", async ({ params }, response) => {
    const entry = await queryFor(response).quarantineEntry(params.id);
    if (entry === undefined) throw notFound("quarantined POST");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    response.json(await retryQuarantined(entry, gone.signal));
  });
  return router;
}

async function listQuarantine(
  query: EventQuery,
  filter: QuarantineFilter,
  limit: number,
  cursor: string | undefined,
): Promise<{ items: ListedEntry[]; next: string | null }> {
  const items: ListedEntry[] = [];
  let next = cursor ?? null;
  const until = performance.now() + lookMs;
  do {
    const page = await query.quarantine(filter, {
      limit: Math.min(readAtOnce, limit - items.length),
      ...(next === null ? {} : { cursor: next }),
    });
    items.push(...page.items.map(withoutManyBytes));
    next = page.next;
  } while (next !== null && items.length < limit && performance.now() < until);
  return { items, next };
}

function withoutManyBytes({ dataBase64, ...entry }: QuarantineEntry): ListedEntry {
  return entry.bytes > maxBytesListed ? entry : { ...entry, dataBase64 };
}
