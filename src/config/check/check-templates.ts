import { templateNames } from "../../contracts/template-names.ts";
import { templateFilters } from "../../event/template-filters.ts";
import { createTemplates, TemplateError } from "../../support/template.ts";
import { each, list, record } from "../shape.ts";
import { secretsOf, textsIn } from "../template-texts.ts";
import { closest } from "../typos.ts";
import type { Report, Words, YamlPath } from "../yaml-file.ts";
import {
  type Groups,
  groupsOfRoute,
  groupsOfSource,
  type Named,
  partsOfOwner,
  whyNeverThere,
} from "./check-template-names.ts";
import type { Checked } from "./checked.ts";

/** What templates of sources may name. */
const ofSources = ["body", "account", "match"];

const templates = createTemplates({ filters: templateFilters });

/** A part of the file in which texts may be templates. */
interface Part {
  readonly node: unknown;
  readonly path: YamlPath;
  readonly scope?: readonly string[];
  /** Options that hold secrets: whatever they hold is no template. */
  readonly skip?: ReadonlySet<string>;
  /** Absent: one of several routes brings them. */
  readonly groups?: Groups;
}

/**
 * Reports templates that cannot be parsed, or that name what is never there. They are read with their placeholders in
 * place, so that no value of a variable is parsed or shown.
 */
export function checkTemplates({ source, kinds, report }: Omit<Checked, "value">): void {
  const { routes, destinations, consent, sources, pools } = record(source);
  const owner = partsOfOwner(pools);
  const skipOf = (name: string) => {
    const { kind } = record(record(destinations)[name]);
    return secretsOf(typeof kind === "string" ? kinds[kind]?.schema : undefined);
  };
  const parts: Part[] = [
    ...list(routes).flatMap((route, i) => partsOfRoute(route, ["routes", i], skipOf)),
    ...Object.entries(record(destinations)).map(([name, node]) => {
      return { node, path: ["destinations", name], skip: skipOf(name) };
    }),
    { node: record(consent)["confirm"], path: ["consent", "confirm"] },
    ...Object.entries(record(sources)).flatMap(([name, source]) =>
      list(record(source)["emit"]).map((made, i) =>
        partOfSource(made, ["sources", name, "emit", i]),
      ),
    ),
  ];
  for (const { node, path, scope = templateNames, skip = new Set<string>(), groups } of parts) {
    for (const [text, at] of textsIn(node, path, skip)) {
      checkTemplate(text, at, { scope, groups, owner }, report);
    }
  }
}

function partsOfRoute(
  route: unknown,
  path: YamlPath,
  skipOf: (destination: string) => ReadonlySet<string>,
): Part[] {
  const { when, emit, set, to } = record(route);
  const { field, topic } = record(set);
  const groups = groupsOfRoute(when);
  const targets = each(to, [...path, "to"]).flatMap(([target, at]) =>
    Object.entries(typeof target === "object" ? record(target) : {}).map(([name, node]) => {
      return { node, path: [...at, name], skip: skipOf(name), groups };
    }),
  );
  return [
    { node: record(emit)["data"], path: [...path, "emit", "data"], groups },
    { node: { field, topic }, path: [...path, "set"], groups },
    ...targets,
  ];
}

function partOfSource(made: unknown, path: YamlPath): Part {
  const { when, id, contact, data } = record(made);
  return { node: { id, contact, data }, path, scope: ofSources, groups: groupsOfSource(when) };
}

function checkTemplate(
  text: string,
  path: YamlPath,
  { scope, ...named }: Named & { readonly scope: readonly string[] },
  report: Report,
): void {
  try {
    const { variables } = templates.compile(text);
    const unknown = variables.find(({ name }) => !scope.includes(name));
    const [words] =
      unknown === undefined
        ? variables.flatMap((variable) => whyNeverThere(variable.path, named) ?? [])
        : [noSuchName(unknown.name, scope)];
    if (words !== undefined) report(path, words);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(path, {
      problem: `is not a template that can be read (${error.reason})`,
      remedy: "Correct it; docs/templates.md shows what there is",
    });
  }
}

function noSuchName(name: string, scope: readonly string[]): Words {
  const meant = closest(name, scope, 2);
  return {
    problem: `names "${name}", which is never there`,
    remedy: meant ? `Did you mean ${meant}?` : `Use one of ${scope.join(", ")}`,
  };
}
