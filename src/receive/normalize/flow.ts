import type { Flow } from "../../event/generated.ts";
import type { Understand } from "./found.ts";
import { each, fields, int, lowerSegment, num, own, shape, str, time } from "./pick.ts";

const flowFields = fields<Flow>({
  event: str("event"),
  flowId: str("flow_id"),
  message: str("message"),
  oldStatus: str("old_status"),
  newStatus: str("new_status"),
  alertState: str("alert_state"),
  threshold: num("threshold"),
  errorRate: num("error_rate"),
  requestsCount: int("requests_count"),
  p50Latency: num("p50_latency"),
  p90Latency: num("p90_latency"),
  availability: num("availability"),
  warning: str("warning"),
  errors: each(
    "errors",
    shape({ type: str("error_type"), rate: num("error_rate"), count: int("error_count") }),
  ),
});

/** `flows`: the state or health of a Flow. */
export const flowEvent: Understand = (value) => ({
  type: `whatsapp.flow.${lowerSegment(own(value, "event"))}`,
  at: time("timestamp")(value),
  data: { flow: flowFields(value) },
});
