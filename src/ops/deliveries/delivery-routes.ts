import { setTimeout as sleep } from "node:timers/promises";
import { type Response, Router } from "express";
import type { Delivery, Ledger } from "../../contracts.ts";
import { audit } from "../access/audit.ts";
import { seenDeliveries } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound, Problem } from "../http/problem.ts";
import { parsePage, requireValidated } from "../http/query.ts";
import { parseDeliveryFilter } from "./delivery-filter.ts";

/** An attempt's, where the configuration says nothing. */
const defaultTimeoutMs = 10_000;
/** What became of an attempt is written within this. */
const settleMs = 1_000;
/** How often an attempt under way is looked at. */
const lookMs = 200;

/** Deliveries: what became of an event at a destination, sending it again, and giving it up. */
export function createDeliveryRoutes(options: {
  readonly ledger: Pick<
    Ledger,
    "deliveries" | "delivery" | "bodies" | "reopen" | "giveUp" | "lease"
  >;
  readonly destinations: () => ReadonlyMap<
    string,
    { readonly kind: string; readonly timeoutMs?: number }
  >;
}): Router {
  const { ledger, destinations } = options;
  const seenFor = (response: Response) => seenDeliveries(viewerOf(response), ledger);
  const router = Router();
  router.use(requireValidated);
  router.get("/deliveries", async ({ query }, response) => {
    const filter = parseDeliveryFilter(query, destinations());
    const page = await seenFor(response).deliveries(filter, parsePage(query));
    audit(response, { count: page.items.length });
    response.json(page);
  });
  router.post("/deliveries/:id/retry", async ({ params, body }, response) => {
    const { again = false, notDone = false } = body as { again?: boolean; notDone?: boolean };
    const delivery = await findDelivery(seenFor(response), params.id);
    refuseRetry(delivery, again, destinations());
    if (!(await ledger.reopen(delivery.id, { again, notDone }))) throw notFound("delivery");
    response.status(202).json(await findDelivery(ledger, delivery.id));
  });
  router.post("/deliveries/:id/cancel", async ({ params, body }, response) => {
    const { reason } = body as { reason?: string };
    const { id, state } = await findDelivery(seenFor(response), params.id);
    const words = `cancelled by an operator${reason === undefined ? "" : `: ${reason}`}`;
    refuseCancel(state);
    // It may have become due this very moment: then it is over, or it is tried already.
    if (!(await ledger.giveUp(id, words, { idle: true }))) refuseCancel("sending");
    response.json(await findDelivery(ledger, id));
  });
  router.post("/deliveries/:id/give-up", async ({ params, body }, response) => {
    const { reason = "no reason given" } = body as { reason?: string };
    const { id, destination } = await findDelivery(seenFor(response), params.id);
    const { timeoutMs = defaultTimeoutMs } = destinations().get(destination) ?? {};
    await giveUp(ledger, id, `an operator gave it up: ${reason}`, timeoutMs + settleMs);
    response.json(await findDelivery(ledger, id));
  });
  return router;
}

/** An attempt under way ends first, and what became of it counts; after `waitMs` it is no longer waited for. */
async function giveUp(
  ledger: Pick<Ledger, "delivery" | "giveUp" | "lease">,
  id: string,
  reason: string,
  waitMs: number,
): Promise<void> {
  const until = performance.now() + waitMs;
  for (;;) {
    const { state, destination } = await findDelivery(ledger, id);
    if (state === "scheduled") throw scheduled("It is not tried yet: cancel it.");
    if (state !== "open" && state !== "sending") throw done();
    const isHeld = (await ledger.lease(destination)).holder !== undefined;
    const idle = isHeld && performance.now() < until;
    if (await ledger.giveUp(id, reason, { idle })) return;
    await sleep(lookMs);
  }
}

function refuseCancel(state: Delivery["state"]): void {
  if (state === "open" || state === "sending") {
    throw new Problem(409, "delivery-open", "The delivery is open: it is no longer scheduled.", {
      detail: "Giving it up ends it.",
    });
  }
  if (state !== "scheduled") throw done();
}

function done(): Problem {
  return new Problem(409, "delivery-done", "The delivery is done: it is not tried any more.");
}

function scheduled(detail: string): Problem {
  return new Problem(409, "delivery-scheduled", "The delivery is scheduled.", { detail });
}

async function findDelivery(ledger: Pick<Ledger, "delivery">, id: string): Promise<Delivery> {
  const delivery = await ledger.delivery(id);
  if (delivery === undefined) throw notFound("delivery");
  return delivery;
}

function refuseRetry(
  { state, destination }: Delivery,
  again: boolean,
  destinations: ReadonlyMap<string, unknown>,
): void {
  if (!destinations.has(destination)) {
    throw new Problem(409, "destination-removed", "Its destination is no longer configured.");
  }
  if (state === "scheduled") throw scheduled("It opens by itself when its time has come.");
  if (state === "open" || state === "sending") {
    throw new Problem(409, "delivery-open", "The delivery is open: it is tried by itself.");
  }
  if (state === "delivered" && !again) {
    throw new Problem(409, "already-delivered", "The delivery has taken effect.", {
      detail: "With `again: true` it is sent once more.",
    });
  }
}
