import type { Ledger } from "../../src/contracts.ts";

/** Reserves `count` numbers and inserts nothing; answers with the first. undefined: the lease is lost. */
export async function reserveSeq(
  ledger: Pick<Ledger, "insertNext">,
  name: string,
  epoch: number,
  count: number,
): Promise<number | undefined> {
  let reserved: number | undefined;
  await ledger.insertNext(name, epoch, count, (first) => {
    reserved = first;
    return [];
  });
  return reserved;
}
