import type { DeliveryContext, WaypostEvent } from "../contracts.ts";
import { omitFrom } from "../event/omit.ts";
import { type AttemptOptions, attempt, type Outcome } from "./attempt.ts";
import { setupFor } from "./delivery.ts";
import type { OpenRow } from "./lane.ts";

/**
 * What a destination with `shadow: true` would have done, as the reason of its row. Nothing is sent, so that whatever fails has done
 * nothing.
 */
export async function lookInShadow(
  parts: AttemptOptions,
  row: OpenRow,
  body: WaypostEvent,
  context: DeliveryContext,
): Promise<Outcome | { readonly is: "skipped"; readonly reason: string }> {
  const setup = setupFor(parts.setup, row);
  if (!setup.destination.shadows) return { is: "skipped", reason: "shadow: would send it" };
  row.called = true;
  const given = { ...context, shadow: true, remember: async () => undefined };
  const outcome = await attempt(omitFrom(body, setup.config.omit), given, false, {
    ...parts,
    setup,
  });
  if ("delivered" in outcome) {
    return { is: "skipped", reason: `shadow: ${outcome.delivered.answer ?? "would send it"}` };
  }
  return outcome;
}
