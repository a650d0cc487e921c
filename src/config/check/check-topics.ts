import { botsOf } from "../bots.ts";
import { each, list, quote, record } from "../shape.ts";
import { closest } from "../typos.ts";
import type { YamlPath } from "../yaml-file.ts";
import type { Checked } from "./checked.ts";

/** Reports a topic that an `only` asks for and no route sets. Where a template or a bot sets them, it may be any. */
export function checkTopics(checked: Checked): void {
  const { routes, defaults, destinations } = record(checked.value);
  const set = list(routes).map((route) => record(record(route)["set"])["topic"]);
  const names = set.flatMap((topic) => (typeof topic === "string" ? topic : []));
  if (botsOf(record(destinations)).length > 0 || names.some((name) => name.includes("{"))) return;
  const asked: [unknown, YamlPath][] = [
    [defaults, ["defaults"]],
    ...list(routes).map((route, i): [unknown, YamlPath] => [route, ["routes", i]]),
  ];
  for (const [asking, path] of asked) {
    const { topic } = record(record(asking)["only"]);
    for (const [name, at] of each(topic, [...path, "only", "topic"])) {
      if (typeof name !== "string" || names.includes(name)) continue;
      const meant = closest(name, names, 3);
      checked.report(at, {
        problem: `there is no route that sets the topic ${quote(checked.source, at)}`,
        remedy: meant ? `Did you mean ${meant}?` : "Add one with set: { topic: … }, or remove it",
      });
    }
  }
}
