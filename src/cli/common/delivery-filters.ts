import { type Command, Option } from "commander";
import type { Asked } from "../../client/client.ts";
import { collect } from "../events.ts";
import { parseTime } from "./times.ts";

type Query = NonNullable<Asked<"GET", "/api/deliveries">["query"]>;

/** By which deliveries are asked for. */
export type DeliveryFilterFlags = Omit<Query, "limit" | "cursor">;

const states: Query["state"][] = [
  ...(["scheduled", "open", "sending", "delivered", "skipped", "dead"] as const),
  ...(["taken", "waiting", "gave-up", "not-wanted"] as const),
];

export function addDeliveryFilters(command: Command): Command {
  return command
    .option("--destination <name>", "to one destination")
    .option("--kind <kind>", "to any destination of this kind")
    .addOption(new Option("--state <state>", "in one state").choices(states as string[]))
    .option("--verdict <verdict>", "by the last answer: outage, refused, config")
    .option("--route <name>", "by one route")
    .option("--event <id>", "of one event")
    .option("--type <pattern>", "of events of a type; repeat it for more", collect)
    .option("--account <account>", "a name of waypost.yaml, a phone number or WABA id")
    .option("--conversation <id>", "a conversation id")
    .option("--contact <id>", "a BSUID, WhatsApp id or phone number")
    .option("--from <time>", "made since: 2h, 3d, 2026-11-20, 2026-11-20T08:30:00Z", parseTime)
    .option("--to <time>", "made before", parseTime);
}

export function deliveryQueryOf(flags: DeliveryFilterFlags): Query {
  const { destination, kind, state, verdict, route, event } = flags;
  const { type, account, conversation, contact, from, to } = flags;
  return {
    ...{ destination, kind, state, verdict, route, event },
    ...{ type, account, conversation, contact, from, to },
  };
}
