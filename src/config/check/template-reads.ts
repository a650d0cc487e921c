import type { TemplateReads } from "../../contracts.ts";
import { templateFilters } from "../../event/template-filters.ts";
import { createTemplates, TemplateError } from "../../support/template.ts";
import { each, list, record } from "../shape.ts";
import { secretsOf, textsIn } from "../template-texts.ts";
import type { Checked } from "./checked.ts";

const templates = createTemplates({ filters: templateFilters });

/**
 * What the templates of destinations read of what is remembered, by the route's place in the file and the destination. Looked at
 * with their placeholders in place, and together with the templates that a kind's schema has as defaults.
 */
export function templateReads({
  source,
  kinds,
}: Omit<Checked, "value">): (route: number) => TemplateReads | undefined {
  const { routes, destinations } = record(source);
  const readsOf = (name: string, override: unknown) => {
    const options: Record<string, unknown> = {
      ...record(record(destinations)[name]),
      ...record(override),
    };
    const kind = options["kind"];
    const schema = typeof kind === "string" ? kinds[kind]?.schema : undefined;
    const given = [...textsIn(options, [], secretsOf(schema))].map(([text]) => text);
    return readsOfTexts([...given, ...defaultsIn(schema, options)]);
  };
  return (index) => {
    const targets = each(record(list(routes)[index])["to"], []).flatMap(([target]) =>
      Object.entries(typeof target === "string" ? { [target]: {} } : record(target)),
    );
    const reads = targets.map(([name, override]) => [name, readsOf(name, override)] as const);
    const some = reads.filter(([, read]) => read.length > 0);
    return some.length === 0 ? undefined : Object.fromEntries(some);
  };
}

/** Of options that are not given. As JSON Schema has it, what stands in an option that is not given itself has no default. */
function* defaultsIn(
  schema: unknown,
  options: Readonly<Record<string, unknown>>,
): Generator<string> {
  for (const [key, property] of Object.entries(record(record(schema)["properties"]))) {
    if (options[key] !== undefined) yield* defaultsIn(property, record(options[key]));
    else for (const [text] of textsIn(record(property)["default"], [], new Set())) yield text;
  }
}

function readsOfTexts(texts: readonly string[]): TemplateReads[string] {
  const reads = new Set<"log" | "memory">();
  for (const { name, path } of texts.flatMap(variablesOf)) {
    if (name === "about" || name === "transcript") reads.add("log");
    if (isRemembered(path)) reads.add("memory");
  }
  return [...reads].sort();
}

/** As a whole, too: whoever takes all of the contact takes its tags. */
function isRemembered(path: string): boolean {
  return /^(owner|contact\.(tags|fields|consent|owner)|conversation\.topic)(\.|$)|^(contact|conversation)$/.test(
    path,
  );
}

function variablesOf(text: string) {
  try {
    return templates.compile(text).variables;
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}
