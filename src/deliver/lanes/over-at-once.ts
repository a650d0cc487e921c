import type { Lanes } from "./lanes.ts";

/** As the row itself would say at its turn. */
export const nothingToDo = "there is nothing to do";

/**
 * Asked for each row of a batch that opens now, in the order of its queue: whether it is over without a turn, because it is
 * idle and all is done that came before in its lane. Memory knows all open rows but those of the batch.
 */
export function createOverAtOnce({ isFree }: Pick<Lanes, "isFree">) {
  const before = new Set<string>();
  return (laneKeys: readonly string[], idle: boolean | undefined): boolean => {
    if (idle && isFree(laneKeys) && !laneKeys.some((key) => before.has(key))) return true;
    for (const key of laneKeys) before.add(key);
    return false;
  };
}
