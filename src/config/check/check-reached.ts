import { botsOf, replyDestinations } from "../bots.ts";
import { list, quote, record } from "../shape.ts";
import type { Report, YamlPath } from "../yaml-file.ts";
import type { Checked } from "./checked.ts";
import { type Conditions, impliesAll } from "./implies.ts";
import { targetsOf } from "./targets.ts";

/**
 * Reports what no event ever reaches: a destination gets an event once, as the first route says that holds at its turn, so that below a
 * route that takes all of it another has nothing left. Only what is certain, and what does nothing
 * at all: one that reaches another destination too, emits or sets stands.
 */
export function checkReached(checked: Checked): void {
  const { routes, defaults, destinations } = record(checked.value);
  const all = list(routes).map(record);
  const writing = [replyDestinations, botsOf].flatMap((names) => names(record(destinations)));
  for (const [index, route] of all.entries()) {
    const path: YamlPath = ["routes", index, "to"];
    const targets = targetsOf(route["to"], path);
    const shadows = targets.map(({ name }) =>
      all
        .slice(0, index)
        .findIndex(
          (other) =>
            takesAll(other, route, record(defaults)["only"]) &&
            isAsOld(other, route, writing.includes(String(name))) &&
            targetsOf(other["to"], []).some((target) => target.name === name),
        ),
    );
    reportUnreached(route, { shadows, path, source: checked.source }, checked.report);
  }
}

interface Found {
  /** For each the index of the route above that takes all; -1: none does. */
  readonly shadows: readonly number[];
  readonly path: YamlPath;
  readonly source: unknown;
}

function reportUnreached(
  { emit, set }: Conditions,
  { shadows, path, source }: Found,
  report: Report,
): void {
  const tell = (at: YamlPath, shadow: number) =>
    report(at, {
      problem: `is never reached: ${quote(source, ["routes", shadow, "name"])} above takes all that this route takes, and a destination gets an event once`,
      remedy: "Put this route above it, narrow that one, or remove this",
    });
  const [first = -1] = shadows;
  const hasEffects = emit !== undefined || set !== undefined;
  if (!hasEffects && shadows.length > 0 && shadows.every((shadow) => shadow >= 0))
    tell(path, first);
}

/** Whenever `special` holds, `general` does, and its delivery is the same row. */
function takesAll(general: Conditions, special: Conditions, defaults: unknown): boolean {
  if ([general, special].some(({ after }) => after !== undefined)) return false;
  if (general["once"] !== undefined || (special["test"] === true && general["test"] !== true)) {
    return false;
  }
  const held = [special["only"], special["defaults"] === false ? undefined : defaults].map(record);
  const asked = [general["only"], general["defaults"] === false ? undefined : defaults].map(record);
  const holds = ([key, value]: [string, unknown]) =>
    held.some((conditions) => impliesAll(conditions, { [key]: value }));
  return (
    impliesAll(record(special["when"]), record(general["when"])) &&
    asked.flatMap((conditions) => Object.entries(conditions)).every(holds)
  );
}

/** What writes to contacts has an age of its own, which a route may raise. */
function isAsOld({ maxAge }: Conditions, special: Conditions, writes: boolean): boolean {
  return maxAge === special["maxAge"] || (maxAge === undefined && !writes);
}
