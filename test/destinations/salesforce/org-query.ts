import { type Org, OrgError, type OrgRecord } from "./org.ts";

const malformed = (words: string) => new OrgError("MALFORMED_QUERY", words);

type Value = string | boolean | null;
interface Condition {
  readonly field: string;
  readonly operator: "IN" | "=" | ">=" | ">";
  readonly values: readonly Value[];
}

const token =
  /\s*(?:('(?:[^'\\]|\\[\\'"nrtbf])*')|(\d{4}-\d\d-\d\dT[\d:.]+Z)|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(>=|[=>(),]))/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (found === null) throw malformed(`unexpected token at ${at}: ${text.slice(at, at + 20)}`);
    tokens.push(found[0].trim());
  }
  return tokens;
}

const unescapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** Takes exactly the queries that this kind asks, and refuses all others. */
class Parser {
  readonly #tokens: string[];
  #at = 0;
  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }
  next(): string {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw malformed("unexpected end");
    this.#at += 1;
    return found;
  }
  expect(word: string): void {
    const found = this.next();
    if (found !== word) throw malformed(`expected ${word}, found ${found}`);
  }
  takes(word: string): boolean {
    if (this.#tokens[this.#at] !== word) return false;
    this.#at += 1;
    return true;
  }
  isOver(): boolean {
    return this.#at === this.#tokens.length;
  }
  name(): string {
    const found = this.next();
    if (!/^[A-Za-z_]\w*$/.test(found)) throw malformed(`expected a name, found ${found}`);
    return found;
  }
  value(): Value {
    const found = this.next();
    if (found === "null") return null;
    if (found === "true" || found === "false") return found === "true";
    if (/^\d{4}-/.test(found)) return found;
    if (!found.startsWith("'")) throw malformed(`expected a value, found ${found}`);
    return found.slice(1, -1).replace(/\\(.)/g, (_, sign: string) => unescapes[sign] ?? sign);
  }
  condition(): Condition {
    const field = this.name();
    const operator = this.next();
    if (operator === "IN") {
      this.expect("(");
      const values = [this.value()];
      while (this.takes(",")) values.push(this.value());
      this.expect(")");
      return { field, operator, values };
    }
    if (operator !== "=" && operator !== ">=" && operator !== ">") throw malformed(operator);
    return { field, operator, values: [this.value()] };
  }
}

/** The records that a SOQL query answers with. `deleted`: queryAll. */
export function runQuery(org: Org, text: string, deleted: boolean): OrgRecord[] {
  const parser = new Parser(text);
  parser.expect("SELECT");
  const selected = [parser.name()];
  while (parser.takes(",")) selected.push(parser.name());
  parser.expect("FROM");
  const object = parser.name();
  parser.expect("WHERE");
  const conditions = [parser.condition()];
  const joins = new Set<string>();
  for (const join of ["AND", "OR"]) {
    while (parser.takes(join)) {
      joins.add(join);
      conditions.push(parser.condition());
    }
  }
  if (joins.size > 1) throw malformed("AND and OR need parentheses");
  const order = parser.takes("ORDER") ? orderOf(parser) : undefined;
  parser.expect("LIMIT");
  const limit = Number(parser.next());
  if (!parser.isOver() || !(limit >= 1 && limit <= 200)) throw malformed("unexpected end of query");
  holdNames(org, object, { selected, conditions });
  const rows = deleted ? [...org.table(object).values()] : org.all(object);
  const test = (row: OrgRecord) => (one: Condition) => isTrue(row, one);
  const found = rows.filter((row) =>
    joins.has("OR") ? conditions.some(test(row)) : conditions.every(test(row)),
  );
  const sorted = order === undefined ? found : sortedBy(found, order);
  return sorted.slice(0, limit).map((row) => project(row, selected));
}

interface Order {
  readonly field: string;
  readonly down: boolean;
}

function orderOf(parser: Parser): Order {
  parser.expect("BY");
  return { field: parser.name(), down: parser.takes("DESC") };
}

function sortedBy(rows: readonly OrgRecord[], { field, down }: Order): OrgRecord[] {
  const key = (row: OrgRecord) => String(row[field]);
  const sign = down ? -1 : 1;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0));
}

function holdNames(
  org: Org,
  object: string,
  { selected, conditions }: { selected: readonly string[]; conditions: readonly Condition[] },
): void {
  if (org.objects[object] === undefined) {
    throw new OrgError("INVALID_TYPE", `sObject type '${object}' is not supported.`);
  }
  for (const name of [...selected, ...conditions.map(({ field }) => field)]) {
    if (org.objects[object][name]) continue;
    throw new OrgError("INVALID_FIELD", `No such column '${name}' on entity '${object}'`);
  }
  for (const { field } of conditions) {
    if (!org.objects[object][field]?.unfilterable) continue;
    throw new OrgError("INVALID_FIELD", `field '${field}' can not be filtered in a query call`);
  }
}

/** Texts are compared as SOQL does: without regard to letter case. */
function isTrue(row: OrgRecord, { field, operator, values }: Condition): boolean {
  const has = row[field] ?? null;
  if (operator === ">=") return String(has) >= String(values[0]);
  if (operator === ">") return String(has) > String(values[0]);
  return values.some((value) => fold(value) === fold(has));
}

function fold(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function project(row: OrgRecord, names: readonly string[]): OrgRecord {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null])) as OrgRecord;
}

const sosl = /^FIND \{(\d+(?: OR \d+)*)\} IN PHONE FIELDS RETURNING (\w+)\(([\w,]+)\) LIMIT (\d+)$/;

/** A search finds phones by their digits, however they are written, with or without what is dialled before. */
export function runSearch(org: Org, text: string): OrgRecord[] {
  const [, find = "", object = "", fields = "", limit] = sosl.exec(text) ?? [];
  if (limit === undefined) throw new OrgError("MALFORMED_SEARCH", "unexpected token");
  const terms = find.split(" OR ");
  const known = org.fieldsOf(object);
  const names = fields.split(",");
  holdNames(org, object, { selected: names, conditions: [] });
  const phones = Object.keys(known).filter((name) => known[name]?.phone);
  const digits = (value: unknown) => String(value ?? "").replace(/\D/g, "");
  const found = org
    .all(object)
    .filter((row) => phones.some((name) => terms.some((term) => digits(row[name]).endsWith(term))));
  return found.slice(0, Number(limit)).map((row) => project(row, names));
}
