import { replyDestinations } from "./bots.ts";
import type { RawRouting } from "./raw-routing.ts";
import { many } from "./reading.ts";
import { record } from "./shape.ts";
import { textsIn } from "./template-texts.ts";

/**
 * A template that shows nothing but what is not known of everybody. Not `contact.name`, in whose place a username or a phone is
 * shown.
 */
const maybeNothing =
  /^\s*\{\{-?\s*((?:contact\.(?:username|fields\.\w+)|owner(?:\.\w+)+)\b)(?!.*\|\s*default\b)[^{}]*\}\}\s*$/s;

/** Parameters of templates that are empty for some people, which Meta refuses. */
export function emptyParameterWarnings({ routes = [], destinations = {} }: RawRouting): string[] {
  const replying = replyDestinations(destinations);
  const own = replying.flatMap((name) =>
    emptiesOf(destinations[name]?.["template"], `the destination ${name}`),
  );
  const ofRoutes = routes.flatMap(({ name, to }) =>
    many(to ?? [])
      .flatMap((each) => (typeof each === "string" ? [] : Object.entries(each)))
      .filter(([target]) => replying.includes(target))
      .flatMap(([, options]) => emptiesOf(record(options)["template"], `the route ${name}`)),
  );
  return [...own, ...ofRoutes];
}

function emptiesOf(template: unknown, whose: string): string[] {
  return [...textsIn(template, [], new Set())].flatMap(([text, path]) => {
    const [, what] = maybeNothing.exec(text) ?? [];
    if (what === undefined) return [];
    const at = ["template", ...path].join(".");
    return [
      `${at} of ${whose} is empty for whoever has no ${what}, and Meta then refuses the message: write {{ ${what} | default: "…" }}`,
    ];
  });
}
