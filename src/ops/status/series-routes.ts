import { Router } from "express";
import { type SeriesAnswer, type Span, type Step, steps } from "../../contracts.ts";
import { viewerOf } from "../access/viewer.ts";
import { badParameter } from "../http/problem.ts";
import { parseTimes, type Query, requireValidated } from "../http/query.ts";

export interface SeriesRouteParts {
  readonly series: (asked: Span & { readonly step: Step }) => Promise<SeriesAnswer>;
}

const dayMs = 86_400_000;
/** About 3,000 points of a line at most. */
const longestDays: Readonly<Record<Step, number>> = { minute: 2, hour: 93, day: 400 };

/** `/api/series`: what the charts of the console are drawn from. */
export function createSeriesRoutes({ series }: SeriesRouteParts): Router {
  const router = Router();
  router.use(requireValidated);
  router.get("/series", async ({ query }, response) => {
    const { accounts: own } = viewerOf(response);
    const answer = await series(parseSeries(query, Date.now()));
    const accounts = answer.accounts.filter(({ account }) => own?.includes(account) ?? true);
    response.json({ ...answer, accounts });
  });
  return router;
}

/** Throws a Problem that names the parameter. */
function parseSeries(query: Query, now: number): Span & { readonly step: Step } {
  const step = steps.find((each) => each === query["step"]) ?? "minute";
  const { to = new Date(now).toISOString(), from = backFrom(to) } = parseTimes(query);
  if (from >= to) throw badParameter("from", "must be before `to`, which is now unless told");
  if (Date.parse(to) - Date.parse(from) > longestDays[step] * dayMs) {
    const longest = `${longestDays[step]} days`;
    throw badParameter("from", `is more than ${longest} before \`to\`: ask with a longer step`);
  }
  return { step, from, to };
}

function backFrom(to: string): string {
  return new Date(Date.parse(to) - dayMs).toISOString();
}
