import { QueryTooWideError } from "../../contracts.ts";

/** A query that takes longer is ended, in either store. */
export const queryLimitMs = 2_000;

/** The list; ended by the time limit, it says which parts of the filter were given. */
export async function namingFilter<T>(filter: object, list: Promise<T>): Promise<T> {
  try {
    return await list;
  } catch (error) {
    if (!(error instanceof QueryTooWideError)) throw error;
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    throw new QueryTooWideError(
      given.map(([name]) => name),
      { cause: error.cause },
    );
  }
}
