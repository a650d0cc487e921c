import type { EventQuery } from "../../contracts.ts";
import { countryOf } from "../../event/phone.ts";

/** ISO 3166-1 alpha-2. */
export type Countries = () => Promise<readonly string[]>;

const countriesMs = 10 * 60 * 1_000;
const maxAccounts = 20;

/** Where our own numbers are: so people write numbers without a country code. */
export function createCountries({
  query,
}: {
  readonly query: Pick<EventQuery, "events" | "stats">;
}): Countries {
  let known: { readonly until: number; readonly countries: readonly string[] } | undefined;
  return async () => {
    if (known !== undefined && performance.now() < known.until) return known.countries;
    const accounts = Object.keys((await query.stats()).lastEventAt).slice(0, maxAccounts);
    const newest = await Promise.all(
      accounts.map((account) => query.events({ account }, { limit: 1 })),
    );
    const countries = newest.flatMap(({ items: [event] }) => {
      const own = event?.data.account.displayPhoneNumber;
      return (own === undefined ? undefined : countryOf(own)) ?? [];
    });
    known = { until: performance.now() + countriesMs, countries: [...new Set(countries)] };
    return known.countries;
  };
}
