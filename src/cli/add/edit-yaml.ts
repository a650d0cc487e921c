import { isMap, isSeq, parseDocument, YAMLMap, YAMLSeq } from "yaml";

/** A destination as it goes into waypost.yaml: secrets stand in it as `${NAME}`. */
export interface NewDestination {
  readonly name: string;
  readonly block: Readonly<Record<string, unknown>>;
  /** Type patterns of the route that leads to it; none: no route. */
  readonly types: readonly string[];
}

/** The file with the destination, in shadow, and a route that leads to it; comments and all else stay as they are. */
export function withDestination(text: string, { name, block, types }: NewDestination): string {
  const document = parseDocument(text);
  const destinations = sectionOf(document, "destinations", isMap, new YAMLMap());
  const written = document.createNode({ ...block, shadow: true }) as YAMLMap;
  written.flow = true;
  destinations.flow = false;
  destinations.set(name, written);
  if (types.length === 0) return document.toString({ lineWidth: 0 });
  const routes = sectionOf(document, "routes", isSeq, new YAMLSeq());
  const route = document.createNode({ name: `to-${name}`, when: { type: types }, to: [name] });
  (route as YAMLMap).flow = true;
  routes.flow = false;
  routes.add(route);
  return document.toString({ lineWidth: 0 });
}

/** The file with the destination live: without its `shadow`. */
export function withoutShadow(text: string, name: string): string {
  const document = parseDocument(text);
  document.deleteIn(["destinations", name, "shadow"]);
  return document.toString({ lineWidth: 0 });
}

/** What the file says of the destination of this name; undefined: it has none. */
export function destinationIn(
  text: string,
  name: string,
): { readonly kind: unknown; readonly shadow: unknown } | undefined {
  const document = parseDocument(text);
  const at = (key: string) => document.getIn(["destinations", name, key]);
  if (!document.hasIn(["destinations", name])) return undefined;
  return { kind: at("kind"), shadow: at("shadow") };
}

/** A section of which all entries are commented out is there, but null. */
function sectionOf<T>(
  document: ReturnType<typeof parseDocument>,
  key: string,
  isOne: (node: unknown) => node is T,
  empty: T,
): T {
  const node: unknown = document.get(key, true);
  if (isOne(node)) return node;
  const { comment, commentBefore } = (node ?? {}) as { comment?: string; commentBefore?: string };
  Object.assign(empty as object, { commentBefore: commentBefore ?? comment });
  document.set(key, empty);
  return empty;
}
