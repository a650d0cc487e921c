/**
 * What is kept in rows: one port over MongoDB, SQLite and, in tests, memory. A record type is declared once,
 * by `defineTable`; the declaration makes the mongoose model and the SQLite table.
 */

/**
 * How a field is kept: `texts` is a list that is found by each of its members, `flag` is true or false,
 * `json` and `bytes` are found by nothing. Texts sort by code point; a NUL or half a surrogate pair becomes U+FFFD.
 */
export type FieldKind = "text" | "integer" | "flag" | "date" | "texts" | "json" | "bytes";

export interface Field<T, Optional extends boolean = boolean> {
  readonly kind: FieldKind;
  readonly optional: Optional;
  /** Only a type: no value stands here. */
  readonly type?: T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type TypeOf<F> = F extends Field<infer T> ? T : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** The record that a declaration describes, with its `id`. */
export type RowOf<F extends Fields> = Flat<
  { readonly id: string } & {
    readonly [K in keyof F as F[K] extends { optional: false } ? K : never]: TypeOf<F[K]>;
  } & { readonly [K in keyof F as F[K] extends { optional: true } ? K : never]?: TypeOf<F[K]> }
>;

export interface Index<Name extends string = string> {
  /** Equal fields first, then the order: `-` before a name is descending. `id` may be one of them. */
  readonly on: readonly (Name | `-${Name}` | "id" | "-id")[];
  /** Only rows in which this flag is set. */
  readonly where?: Name;
  /** Only rows that have this field. */
  readonly having?: Name;
  /** Rows are counted by it alone, those that expire among them, without a look at each row. */
  readonly counted?: true;
  /** Begins with `id`: an index for what every write of a row asks for beside its id. */
  readonly unique?: true;
}

/** A record type, declared once. A field that is added later must be optional. */
export interface TableSpec<F extends Fields = Fields> {
  readonly name: string;
  readonly fields: F;
  readonly indexes: readonly Index[];
  /**
   * Rows go some time after their `expireAt` (a `date` field) has come. From then on no question and no
   * `advance` is answered with them; to all other writes they are there until they are gone.
   */
  readonly expires: boolean;
}

/** A value, or comparisons that all must hold. `not` also finds rows that lack the field. */
type Condition<V> =
  | V
  | {
      readonly in?: readonly V[];
      readonly not?: V;
      readonly below?: V;
      readonly atMost?: V;
      readonly above?: V;
      readonly atLeast?: V;
      readonly absent?: boolean;
    };

/** All must hold. On `texts` a value is compared with each member; of `json` and `bytes` only `absent` can be asked. */
export type Where<Row> = {
  readonly [K in keyof Row]?: Condition<
    NonNullable<Row[K]> extends readonly (infer M)[] ? M : NonNullable<Row[K]>
  >;
};

/**
 * What becomes of a row: `set` (null takes a field away), `add` (whole numbers), `min` and `max` (texts,
 * numbers and dates; a row that lacks the field gets the value). Each field in one of them at most; undefined
 * leaves it as it is.
 */
export interface Change<Row> {
  readonly set?: { readonly [K in keyof Row]?: Row[K] | null | undefined };
  readonly add?: { readonly [K in keyof Row]?: number };
  readonly min?: { readonly [K in keyof Row]?: Row[K] };
  readonly max?: { readonly [K in keyof Row]?: Row[K] };
}

export interface Find<Row> {
  readonly where: Where<Row>;
  /** As in an index. Rows that lack a field come before those that have it. Without it any order. */
  readonly order?: readonly ((keyof Row & string) | `-${keyof Row & string}`)[];
  /** Only what comes behind these values of `order`'s fields, such as the last row of the page before. */
  readonly after?: Partial<Row>;
  readonly limit?: number;
  /** Of a list without an order: by the index of this field it is found, and all else is looked at on its rows. */
  readonly by?: keyof Row & string;
  /**
   * For people: a `lookup` finds few rows by an index, a `list` may have many to look through, so nothing else waits for
   * it. Ends with QueryTooWideError after 2 s, a `lookup` where the database can end it. All others take their time.
   * For the engine: `few` are some dozen rows by an index at most, so that they can be had on the spot.
   */
  readonly as?: "lookup" | "list" | "few";
}

/**
 * The rows of one record type. All methods throw StoreError: `outage`, or `refused` where a value or a field
 * is not one of the declaration's. What is written is durable when they resolve.
 */
export interface Table<Row extends { readonly id: string }> {
  /** In any order, each once. Like a `lookup`. */
  get(ids: readonly string[]): Promise<Row[]>;
  find(question: Find<Row>): Promise<Row[]>;
  /** Like a `lookup`. */
  count(where: Where<Row>): Promise<number>;
  /** For each value of this text field how many rows have it, of those that are found. None of no rows. Like a `lookup`. */
  counts(field: keyof Row & string, where: Where<Row>): Promise<Map<string, number>>;
  /** What stands in this text field, with which an index of all rows begins: each once, in order. Like a `lookup`. */
  values(field: keyof Row & string): Promise<string[]>;
  /**
   * In order, going on behind ids that exist; answers with the rows that were there. After a crash what is
   * written is the new ones of a prefix.
   */
  insert(rows: readonly Row[]): Promise<Row[]>;
  /** Makes the row of what `create` and the change hold, or changes the one that is there. Each id once. */
  upsert(
    rows: readonly ({ readonly id: string; readonly create?: Partial<Row> } & Change<Row>)[],
  ): Promise<void>;
  /** Each where its own condition holds; answers with how many rows were met, changed or not. Each id once. */
  update(
    changes: readonly ({ readonly id: string; readonly where?: Where<Row> } & Change<Row>)[],
  ): Promise<number>;
  /** All that are found; answers with how many. */
  updateAll(where: Where<Row>, change: Change<Row>): Promise<number>;
  /** One atomic step: where the condition holds, changes the row and answers with it as it is then. */
  advance(id: string, where: Where<Row>, change: Change<Row>): Promise<Row | undefined>;
  remove(ids: readonly string[]): Promise<void>;
}

export interface Tables {
  of<F extends Fields>(spec: TableSpec<F>): Table<RowOf<F>>;
  /** On SQLite one transaction, on MongoDB nothing of the kind: the order of writes must be safe without it. */
  atomically<T>(work: (tables: Pick<Tables, "of">) => Promise<T>): Promise<T>;
}
