import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { omitFrom } from "../../event/omit.ts";
import { setupFor } from "../delivery.ts";
import type { OpenRow } from "../lanes/lane.ts";
import { type AttemptOptions, attempt, type Outcome } from "./attempt.ts";

type Failed = Extract<Outcome, { readonly error: DeliveryError }>;

/** What a destination with `shadow: true` would have done, as the reason of its row; or why it cannot say yet. */
type Looked = { readonly would: string; readonly called: boolean } | Failed;

const keptCharacters = 500;

/** Nothing is sent, so that whatever fails has done nothing. Rejects as `attempt` does. */
export async function lookInShadow(
  parts: AttemptOptions,
  row: OpenRow,
  body: WaypostEvent,
  context: DeliveryContext,
): Promise<Looked> {
  const setup = setupFor(parts.setup, row);
  if (!setup.destination.shadows) return { would: "shadow: would send it", called: false };
  row.called = true;
  const given = { ...context, shadow: true, remember: async () => undefined };
  const told = omitFrom(body, setup.config.omit);
  // Not as one of an unknown outcome, whatever the row is: what it would do is asked, and not what was done.
  const outcome = await attempt(told, given, false, { ...parts, setup });
  if ("error" in outcome && outcome.is !== "refused") return nothingDone(outcome);
  const words = "error" in outcome ? refusal(outcome.error) : outcome.delivered.answer;
  return { would: `shadow: ${words ?? "would send it"}`.slice(0, keptCharacters), called: true };
}

function refusal({ message }: DeliveryError): string {
  return `would end as dead: ${message}`;
}

function nothingDone({ is, error }: Failed): Failed {
  const { message, afterMs, laneOnly, limited, answer } = error;
  const details = {
    ...{ laneOnly, limited, cause: error },
    ...(afterMs !== undefined && { afterMs }),
    ...(answer !== undefined && { answer }),
  };
  return { is, error: new DeliveryError(is, message, details) };
}
