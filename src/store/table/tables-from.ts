import type { Fields, RowOf, Table, TableSpec, Tables } from "../../contracts/table.ts";
import type { AnyRow } from "./table-terms.ts";

/** The row's type is the declaration's: `rowOf`, and each driver's way back, hold both to it. */
export function tablesFrom(create: (spec: TableSpec) => Table<AnyRow>): Pick<Tables, "of"> {
  return {
    of: <F extends Fields>(spec: TableSpec<F>) => create(spec) as unknown as Table<RowOf<F>>,
  };
}
