const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

/**
 * A text as a SOQL literal, its quotes included. What SOQL has no escape for (other control characters) is left out.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */
function quoted(text: string): string {
  const written = text
    .replace(/[\\'"\n\r\t\b\f]/g, (each) => escapes[each] ?? "")
    .replace(/\p{Cc}/gu, "");
  return `'${written}'`;
}

/** `field IN ('a','b')`; undefined where there is nothing to look for. */
export function isIn(field: string, values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : `${field} IN (${values.map(quoted).join(",")})`;
}

export interface Query {
  readonly select: readonly string[];
  readonly from: string;
  readonly where: string;
  readonly newestBy?: "CreatedDate" | "LastModifiedDate";
  /** Ascending. */
  readonly order?: "Id";
  readonly limit: number;
}

/** Names of fields and objects come from the configuration, whose schema lets only names through. */
export function soql({ select, from, where, newestBy, order, limit }: Query): string {
  const by = newestBy === undefined ? order : `${newestBy} DESC`;
  const fields = [...new Set(select)].join(",");
  const ordered = by === undefined ? "" : ` ORDER BY ${by}`;
  return `SELECT ${fields} FROM ${from} WHERE ${where}${ordered} LIMIT ${limit}`;
}

/** A search in phone fields: digits alone are searched for, so that nothing can be an operator of SOSL. */
export function phoneSearch(
  terms: readonly string[],
  { select, from, limit }: Pick<Query, "select" | "from" | "limit">,
): string {
  const digits = terms.map((term) => term.replace(/\D/g, "")).filter((term) => term !== "");
  const fields = [...new Set(select)].join(",");
  return `FIND {${digits.join(" OR ")}} IN PHONE FIELDS RETURNING ${from}(${fields}) LIMIT ${limit}`;
}
