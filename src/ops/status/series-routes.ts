import { Router } from "express";
import { type SeriesAnswer, type Span, type Step, steps } from "../../contracts.ts";
import { viewerOf } from "../access/viewer.ts";
import { parseSpan, type Query, requireValidated } from "../http/query.ts";

export interface SeriesRouteParts {
  readonly series: (asked: Span & { readonly step: Step }) => Promise<SeriesAnswer>;
}

/** About 3,000 points of a line at most. */
const longestDays: Readonly<Record<Step, number>> = { minute: 2, hour: 93, day: 400 };

/** `/api/series`: what the charts of the console are drawn from. */
export function createSeriesRoutes({ series }: SeriesRouteParts): Router {
  const router = Router();
  router.use(requireValidated);
  router.get("/series", async ({ query }, response) => {
    const { accounts: own } = viewerOf(response);
    const answer = await series(parseSeries(query, Date.now()));
    response.json(own === undefined ? answer : ofAccounts(own, answer));
  });
  return router;
}

/** What processes answered and destinations took is not counted by account. */
function ofAccounts(own: readonly string[], answer: SeriesAnswer): SeriesAnswer {
  const accounts = answer.accounts.filter(({ account }) => own.includes(account));
  return { ...answer, accounts, processes: [], destinations: [] };
}

/** Throws a Problem that names the parameter. */
function parseSeries(query: Query, now: number): Span & { readonly step: Step } {
  const step = steps.find((each) => each === query["step"]) ?? "minute";
  return { step, ...parseSpan(query, now, longestDays[step], ": ask with a longer step") };
}
