import type { Bus, Store } from "../contracts.ts";
import { needsClosings } from "../deliver/flows/takes.ts";
import { startClosing } from "../jobs/closing/closing.ts";
import { createJobs } from "../jobs/elect.ts";
import { systemClock } from "../support/clock.ts";
import type { Base } from "./base.ts";
import type { Plan } from "./plan.ts";

export interface Closing {
  reload(plan: Plan): Promise<void>;
  close(): Promise<void>;
}

/** Who closes silent conversations, where a route depends on it. Every worker starts it; the store decides which one does it. */
export function startClosingConversations(
  base: Base,
  options: { readonly bus: Bus; readonly store: Store; plan: Plan; readonly holder: string },
): Closing {
  const { bus, store, holder } = options;
  const log = base.log.child({ role: "closing" });
  const jobs = createJobs({ rows: store.jobs, holder, clock: systemClock, log });
  let closed = false;
  const start = ({ routing: { routes, flows } }: Plan) => {
    if (closed || !needsClosings(routes, flows)) return undefined;
    const { closeAfterMs } = flows.conversations;
    return startClosing({ closeAfterMs, store, bus, jobs, log });
  };
  let running = start(options.plan);
  return {
    async reload(plan) {
      await running?.close();
      running = start(plan);
    },
    async close() {
      closed = true;
      await running?.close();
    },
  };
}
