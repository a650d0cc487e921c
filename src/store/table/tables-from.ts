import type { Fields, RowOf, Table, TableSpec, Tables } from "../../contracts/table.ts";
import type { AnyRow } from "./table-terms.ts";

/** The row's type is the declaration's: `rowOf`, and each driver's way back, hold both to it. */
export function tablesFrom(create: (spec: TableSpec) => Table<AnyRow>): Pick<Tables, "of"> {
  function of<F extends Fields>(spec: TableSpec<F>): Table<RowOf<F>>;
  function of(spec: TableSpec): Table<AnyRow> {
    return create(spec);
  }
  return { of };
}
