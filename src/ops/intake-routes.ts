import { isDeepStrictEqual } from "node:util";
import { Router } from "express";
import { type Bus, NotDurableError } from "../contracts.ts";
import { encodeEvent } from "../event/encode.ts";
import type { WaypostEvent } from "../event/event.ts";
import { type IntakeOptions, type IntakeProblem, toEvent } from "../event/intake/intake-event.ts";
import type { Metrics } from "../support/metrics.ts";
import { seenAccounts, sees } from "./access/reach.ts";
import { type Viewer, viewerOf } from "./access/viewer.ts";
import { Problem } from "./http/problem.ts";
import { requireValidated } from "./http/query.ts";

export interface IntakeParts {
  readonly publish: Bus["publish"];
  /** Of waypost.yaml, as they are now. */
  readonly accounts: () => IntakeOptions["accounts"];
}

const maxEvents = 100;
/** For a confirm; who asked gets 503 then, and may tell the same again. */
const publishMs = 5_000;

/** `POST /api/events`: one event or a list. 202 when all are durable; else nothing is taken, or, on 503, it is unknown. */
export function createIntakeRoutes(parts: {
  readonly intake: IntakeParts;
  readonly metrics: Pick<Metrics, "intake">;
}): Router {
  const { publish, accounts } = parts.intake;
  const { intake } = parts.metrics;
  const router = Router();
  router.use(requireValidated);
  router.post("/events", async ({ body }, response) => {
    const told: readonly unknown[] = Array.isArray(body) ? body : [body];
    const viewer = viewerOf(response);
    const options = { accounts: seenAccounts(viewer, accounts()), receivedAt: new Date() };
    const { events, problems } = toEvents(told, Array.isArray(body), options);
    if (problems.length === 0) problems.push(...beyond(viewer, events, Array.isArray(body)));
    if (problems.length > 0) {
      intake.inc({ via: "api", outcome: "refused" }, told.length);
      throw refusedEvents(problems);
    }
    const once = [...new Map(events.map((event) => [event.id, event])).values()];
    try {
      await publish(once.map(encodeEvent), AbortSignal.timeout(publishMs));
    } catch (error) {
      throw new NotDurableError("the bus did not take it", { cause: error });
    }
    intake.inc({ via: "api", outcome: "taken" }, once.length);
    response.status(202).json({ ids: events.map(({ id }) => id) });
  });
  return router;
}

/** Of accounts that a token for others does not see. */
function beyond(viewer: Viewer, events: readonly WaypostEvent[], isList: boolean): IntakeProblem[] {
  const problem = "is none that this token may publish for";
  return events.flatMap(({ data }, at) => {
    if (sees(viewer, data.account.phoneNumberId)) return [];
    const path = `${isList ? `/${at}` : ""}/account`;
    return [{ path, problem, remedy: "Name one of its accounts" }];
  });
}

function toEvents(told: readonly unknown[], isList: boolean, options: IntakeOptions) {
  const events: WaypostEvent[] = [];
  const problems: IntakeProblem[] = [];
  if (told.length === 0 || told.length > maxEvents) {
    const problem = told.length === 0 ? "is empty" : `holds more than ${maxEvents} events`;
    problems.push({ path: "", problem, remedy: `Send 1 to ${maxEvents} events at a time` });
    return { events, problems };
  }
  const known = new Map<string, WaypostEvent>();
  for (const [at, each] of told.entries()) {
    const path = isList ? `/${at}` : "";
    const taken = toEvent(each, options);
    if ("problems" in taken) {
      problems.push(...taken.problems.map((one) => ({ ...one, path: path + one.path })));
      continue;
    }
    const { event } = taken;
    const before = known.get(event.id);
    if (before !== undefined && !isDeepStrictEqual(before, event)) {
      const problem = "belongs to another event of this list too";
      problems.push({ path: `${path}/id`, problem, remedy: "Give each event an id of its own" });
    }
    known.set(event.id, event);
    events.push(event);
  }
  return { events, problems };
}

const maxShown = 100;

export function refusedEvents(problems: readonly IntakeProblem[]): Problem {
  return new Problem(400, "invalid-event", "This is no event that Waypost takes.", {
    detail: "Nothing of the request was taken.",
    errors: problems
      .slice(0, maxShown)
      .map(({ path, problem, remedy }) => ({ path, reason: problem, remedy })),
  });
}
