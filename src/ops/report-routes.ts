import { Router } from "express";
import { type ReportAnswer, type ReportRequest, reportKeys } from "../contracts.ts";
import { badParameter, Problem } from "./problem.ts";
import { parseTimes, type Query, requireValidated } from "./query.ts";
import { viewerOf } from "./viewer.ts";

export interface ReportRouteParts {
  readonly report: (asked: ReportRequest) => Promise<ReportAnswer>;
}

const dayMs = 86_400_000;
const longestDays = 93;

/** `/api/report`: what became of what was sent. */
export function createReportRoutes({ report }: ReportRouteParts): Router {
  const router = Router();
  router.use(requireValidated);
  router.get("/report", async ({ query }, response) => {
    if (viewerOf(response).accounts !== undefined) {
      throw new Problem(403, "all-accounts", "A report is of all numbers.", {
        detail: "Ask with a token that is not limited to some of them.",
      });
    }
    response.json(await report(parseReport(query, Date.now())));
  });
  return router;
}

/** Throws a Problem that names the parameter. */
function parseReport(query: Query, now: number): ReportRequest {
  const asked = Array.isArray(query["by"])
    ? query["by"].flatMap((each) => String(each).split(","))
    : [];
  const by = reportKeys.filter((key) => asked.includes(key));
  const unknown = asked.find((each) => !(reportKeys as readonly string[]).includes(each));
  if (unknown !== undefined) {
    throw badParameter("by", `must be of these, with commas between: ${reportKeys.join(", ")}`);
  }
  const { to = new Date(now).toISOString(), from = dayBefore(to) } = parseTimes(query);
  if (from >= to) throw badParameter("from", "must be before `to`, which is now unless told");
  if (Date.parse(to) - Date.parse(from) > longestDays * dayMs) {
    throw badParameter("from", `is more than ${longestDays} days before \`to\``);
  }
  return { by, from, to };
}

function dayBefore(to: string): string {
  return new Date(Date.parse(to) - dayMs).toISOString();
}
