import type { Tables } from "../../contracts/table.ts";
import type { Ledger } from "../../contracts.ts";
import { claimsTable } from "./ledger-tables.ts";

/** Which delivery of a route with `once` came first. */
export function createClaims(tables: Pick<Tables, "of">): Pick<Ledger, "claims" | "claim"> {
  const claims = tables.of(claimsTable);
  return {
    claims: async (keys) =>
      (await claims.get(keys)).map(({ by, at, time, conversation }) => ({
        ...{ by, at },
        ...(time !== undefined && { time }),
        ...(conversation !== undefined && { conversation }),
      })),
    async claim(key, set, seen) {
      const { by, conversation = null } = set;
      // The one before may have been taken in another.
      const taking = { ...set, conversation };
      if (seen !== undefined) {
        const taken = await claims.advance(key, { by: seen.by }, { set: taking });
        if (taken !== undefined) return true;
      }
      const [there] = await claims.insert([{ id: key, ...set }]);
      if (there === undefined || there.by === by) return true;
      // What has expired is there for an insert as long as it is not removed.
      const [known] = await claims.get([key]);
      if (known !== undefined) return false;
      const changes = [{ id: key, where: { by: there.by }, set: taking }];
      return (await claims.update(changes)) === 1;
    },
  };
}
