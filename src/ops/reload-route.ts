import type { RequestHandler } from "express";
import { Problem } from "./http/problem.ts";

/** What a reload came to. Holds no secret. */
export type ReloadOutcome =
  | {
      readonly reloaded: true;
      readonly destinations: number;
      readonly routes: number;
      /** Sentences for the operator. */
      readonly warnings: readonly string[];
      /** Processes that run with another waypost.yaml, as far as the store knows. */
      readonly others: readonly { readonly id: string; readonly role: string }[];
    }
  | {
      readonly reloaded: false;
      /** What runs goes on. */
      readonly problems: readonly {
        readonly where: string;
        readonly problem: string;
        readonly remedy: string;
      }[];
    };

/** Reads waypost.yaml again in this process; one after the other. Never rejects. */
export type Reload = () => Promise<ReloadOutcome>;

/** `POST /api/reload`: for this process alone, so every role answers it. */
export function handleReload(reload: Reload): RequestHandler {
  return async (_request, response) => {
    const outcome = await reload();
    if (outcome.reloaded) {
      response.json(outcome);
      return;
    }
    const errors = outcome.problems.map(({ where, problem, remedy }) => ({
      parameter: where,
      reason: `${problem}. ${remedy}${remedy.endsWith("?") ? "" : "."}`,
    }));
    throw new Problem(422, "reload-refused", "waypost.yaml was not reloaded; what ran goes on.", {
      errors,
    });
  };
}
