import {
  DeliveryError,
  type FlowRules,
  type RawChange,
  toChange,
  type WaypostEvent,
} from "../../contracts.ts";
import { replyRequestedType, setRequestedType } from "../../event/own-types.ts";
import { misfitsOfSet } from "../../event/set-schema.ts";
import type { Circumstances } from "./circumstances.ts";
import { change, scalars, topicOf } from "./set.ts";

/** Carries out what a bot wants set, which is no template. Throws DeliveryError for what is no `set`. */
export async function setAsAsked(
  about: Circumstances,
  parts: Parameters<typeof change>[3],
): Promise<void> {
  const set = askedOf(about.event);
  if (set === undefined) return;
  if (misfitsOfSet(set).length > 0) {
    throw new DeliveryError("refused", "what it asks to be set is not as a route's `set`");
  }
  const { field = {}, topic, ...asked } = toChange(set as RawChange);
  checkPool(asked.owner?.pool, parts.rules);
  await change(asked, { fields: scalars(field), topic: topicOf(topic) }, about, parts);
}

function askedOf({ type, data }: WaypostEvent): unknown {
  const asks = type === replyRequestedType || type === setRequestedType;
  return asks ? data.business?.["set"] : undefined;
}

function checkPool(pool: string | undefined, { pools }: FlowRules): void {
  if (pool === undefined || Object.hasOwn(pools, pool)) return;
  throw new DeliveryError("refused", "it asks for an owner of a pool that is not in waypost.yaml");
}
