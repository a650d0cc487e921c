import type { Attempt, Delivery, DeliveryFilter } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";

type Listed = Pick<Delivery, "destination" | "route" | "eventType" | "account">;

/**
 * What stays the same of a row, as one text: an index has the rows of each in the order of a list. There are some hundred of
 * them, however many rows, so that a filter by one or several of these finds its texts first, and then its rows alone.
 */
export function listedBy({ destination, route, eventType, account }: Listed): string {
  const { phoneNumberId = "", wabaId = "" } = account ?? {};
  return JSON.stringify([destination, route, eventType, phoneNumberId, wabaId]);
}

export function destinationIn(listed: string): string {
  return (JSON.parse(listed) as [string])[0];
}

type Parts = Pick<DeliveryFilter, "destination" | "route" | "types" | "account" | "accounts">;

/** Whether rows under such a text have what is asked; pure. */
export function isListed(filter: Parts): (listed: string) => boolean {
  const matches = filter.types?.map(compilePattern);
  const destinations = filter.destination === undefined ? undefined : [filter.destination].flat();
  return (listed) => {
    const [destination, route, type, number, waba]: readonly string[] = JSON.parse(listed);
    return (
      (destinations?.includes(destination ?? "") ?? true) &&
      (filter.route === undefined || route === filter.route) &&
      (matches?.some((match) => match(type ?? "")) ?? true) &&
      (filter.account === undefined || [number, waba].includes(filter.account)) &&
      (filter.accounts?.includes(number ?? "") ?? true)
    );
  };
}

/** As it is kept: most rows are delivered by their last attempt, and an index of the others is small. */
export function verdictOf(
  state: Delivery["state"],
  history: readonly Attempt[],
): Attempt["outcome"] | null {
  const outcome = history.at(-1)?.outcome ?? null;
  return state === "delivered" && outcome === "delivered" ? null : outcome;
}
