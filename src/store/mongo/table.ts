import type { mongo } from "mongoose";
import type { Change, Table, TableSpec, Tables, Where } from "../../contracts/table.ts";
import { applyStep, compareValues } from "../table/table-steps.ts";
import {
  type AnyRow,
  behind,
  countedText,
  idOf,
  indexedText,
  limitOf,
  orderOf,
  rowOf,
  stepsOf,
  termsOf,
  upsertOf,
} from "../table/table-terms.ts";
import { tablesFrom } from "../table/tables-from.ts";
import { queryLimitMs as maxTimeMS } from "../table/time-limit.ts";
import type { MongoConnection } from "./connection.ts";
import {
  type Document,
  documentOf,
  filterOf,
  nativeName,
  rowFrom,
  unexpired,
  updateOf,
  upsertUpdateOf,
} from "./table-documents.ts";
import { duplicatesIn, modelOf, nativeOf, upsertAll } from "./table-model.ts";

type Collection = mongo.Collection<Document>;

export interface MongoTablesOptions {
  readonly now?: () => number;
}

/** Collections on one connection. What they write is made here: casting would double the time. */
export function createMongoTables(
  connection: MongoConnection,
  { now = Date.now }: MongoTablesOptions = {},
): Tables {
  const tables: Tables = {
    ...tablesFrom((spec) => {
      const use: Use = (work) =>
        connection.use((_models, native) => work(nativeOf(modelOf(native, spec))));
      return createTable(spec, use, now);
    }),
    atomically: (work) => work(tables),
  };
  return tables;
}

type Use = <T>(work: (collection: Collection) => Promise<T>) => Promise<T>;

function createTable(spec: TableSpec, use: Use, now: () => number): Table<AnyRow> {
  const row = (document: Document) => rowFrom(spec, document);
  const question: Question = (where) => unexpired(spec, filterOf(termsOf(spec, where)), now());
  const find: Table<AnyRow>["find"] = async ({ where, order, after, limit, as }) => {
    const by = orderOf(spec, order);
    const filter = question(where);
    const page = after && behind(spec, by, after);
    if (page !== undefined) {
      const any = page.any.map((terms) => filterOf(terms));
      filter.$and = [...(filter.$and ?? []), filterOf([page.first]), { $or: any }];
    }
    const sort = by.map(({ name, descending }) => [nativeName(name), descending ? -1 : 1] as const);
    const bound = limitOf(limit);
    return use(async (collection) => {
      const cursor = collection.find(filter);
      if (sort.length > 0) cursor.sort(Object.fromEntries(sort));
      if (bound !== undefined) cursor.limit(bound);
      if (as === "lookup" || as === "list") cursor.maxTimeMS(maxTimeMS);
      return (await cursor.toArray()).map(row);
    });
  };
  return {
    get: (ids) =>
      ids.length === 0 ? Promise.resolve([]) : find({ where: { id: { in: ids } }, as: "lookup" }),
    find,
    ...createCounts(spec, use, question),
    insert: async (rows) => {
      const documents = rows.map((each) => documentOf(spec, rowOf(spec, each)));
      return use((collection) => insertInOrder(collection, documents)).then((found) =>
        found.map(row),
      );
    },
    upsert: async (rows) => {
      const writes = rows.map((each) => {
        const { id, create, steps } = upsertOf(spec, each);
        const update = upsertUpdateOf(documentOf(spec, create), steps);
        return { updateOne: { filter: { _id: id }, update, upsert: true } };
      });
      await use((collection) => upsertAll(collection, writes));
    },
    update: async (changes) => {
      const writes = changes.map(({ id, where = {}, ...change }) => {
        const filter = { ...filterOf(termsOf(spec, where)), _id: idOf(id) };
        return { updateOne: { filter, update: updateOf(stepsOf(spec, change)) } };
      });
      if (writes.length === 0) return 0;
      return use(
        async (collection) => (await collection.bulkWrite(writes, { ordered: false })).matchedCount,
      );
    },
    ...createSteps(spec, use, question, row),
  };
}

type Question = (where: Where<AnyRow>) => mongo.Filter<Document>;

function createCounts(
  spec: TableSpec,
  use: Use,
  question: Question,
): Pick<Table<AnyRow>, "count" | "counts" | "values"> {
  return {
    count: async (where) => {
      const filter = question(where);
      return use((collection) => collection.countDocuments(filter, { maxTimeMS }));
    },
    counts: async (field, where) => {
      const name = nativeName(countedText(spec, field));
      const stages = [
        { $match: question(where) },
        { $group: { _id: `$${name}`, count: { $sum: 1 } } },
      ];
      return use(async (collection) => {
        const found = await collection.aggregate(stages, { maxTimeMS }).toArray();
        const told = found.filter(({ _id }) => typeof _id === "string");
        return new Map(told.map(({ _id, count }) => [_id as string, count as number]));
      });
    },
    values: async (field) => {
      const name = nativeName(indexedText(spec, field));
      return use(async (collection) => {
        const found = await collection.distinct(name, {}, { maxTimeMS });
        return (found as string[]).sort(compareValues);
      });
    },
  };
}

function createSteps(
  spec: TableSpec,
  use: Use,
  question: Question,
  row: (document: Document) => AnyRow,
): Pick<Table<AnyRow>, "updateAll" | "advance" | "remove"> {
  const changeOf = (change: Change<AnyRow>) => updateOf(stepsOf(spec, change));
  return {
    updateAll: async (where, change) => {
      const [filter, update] = [filterOf(termsOf(spec, where)), changeOf(change)];
      return use(async (collection) => (await collection.updateMany(filter, update)).matchedCount);
    },
    advance: async (id, where, change) => {
      const steps = stepsOf(spec, change);
      const [filter, update] = [{ ...question(where), _id: idOf(id) }, updateOf(steps)];
      // Asked for the document as it is then, mongo-java-server answers with what later changes made of it.
      const options = { returnDocument: "before" } as const;
      return use(async (collection) => {
        const found = await collection.findOneAndUpdate(filter, update, options);
        if (found === null) return undefined;
        const changed = row(found);
        for (const step of steps) applyStep(changed, step);
        return changed;
      });
    },
    remove: async (ids) => {
      const filter = { _id: { $in: ids.map(idOf) } };
      if (ids.length > 0) await use((collection) => collection.deleteMany(filter));
    },
  };
}

/** Goes on behind what exists, so that what is written is in order whatever ends this. */
async function insertInOrder(
  collection: Collection,
  documents: readonly Document[],
): Promise<Document[]> {
  const existing: Document[] = [];
  let rest = documents;
  while (rest.length > 0) {
    const at = await insertUpToDuplicate(collection, rest);
    if (at === undefined) break;
    // Others behind it may be there too: asked for at once rather than met one by one.
    rest = rest.slice(at);
    const found = await collection.find({ _id: { $in: rest.map(({ _id }) => _id) } }).toArray();
    const known = new Set(found.map(({ _id }) => _id));
    existing.push(...found);
    rest = rest.filter(({ _id }) => !known.has(_id));
  }
  return existing;
}

/** Where the first document stands that exists already: all before it are written, none behind it is. */
async function insertUpToDuplicate(
  collection: Collection,
  documents: readonly Document[],
): Promise<number | undefined> {
  try {
    await collection.insertMany([...documents], { ordered: true });
    return undefined;
  } catch (error) {
    return duplicatesIn(error)[0];
  }
}
