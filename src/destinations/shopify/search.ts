/** A value in Shopify's search syntax, as that value alone (shopify.dev/docs/api/usage/search-syntax). */
export function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replace(/\s+/g, " ")}"`;
}

/** Any of these: `phone:"+49…" OR phone:"+49…"`. */
export function anyOf(field: string, values: readonly string[]): string {
  return values.map((value) => `${field}:${quoted(value)}`).join(" OR ");
}

/** `gid://shopify/Order/123` → 123. */
export function numberOf(gid: string): string {
  return gid.slice(gid.lastIndexOf("/") + 1);
}
