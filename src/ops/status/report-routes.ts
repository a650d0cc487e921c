import { Router } from "express";
import { type ReportAnswer, type ReportRequest, reportKeys } from "../../contracts.ts";
import { viewerOf } from "../access/viewer.ts";
import { badParameter } from "../http/problem.ts";
import { parseSpan, type Query, requireValidated } from "../http/query.ts";

export interface FigureParts {
  readonly report: (asked: ReportRequest) => Promise<ReportAnswer>;
}

const longestDays = 93;

/** `/api/report`: what became of what was sent. */
export function createReportRoutes({ report }: FigureParts): Router {
  const router = Router();
  router.use(requireValidated);
  router.get("/report", async ({ query }, response) => {
    const { accounts } = viewerOf(response);
    response.json(
      await report({ ...parseReport(query, Date.now()), ...(accounts && { accounts }) }),
    );
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
  return { by, ...parseSpan(query, now, longestDays) };
}
