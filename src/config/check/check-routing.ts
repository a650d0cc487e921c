import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { flowsDestination, mediaDestination } from "../../contracts.ts";
import { reportSchemaProblems } from "../schema-words.ts";
import { keysIn, record } from "../shape.ts";
import { checkOf, createDestinationChecks } from "./check-destinations.ts";
import { checkFlowRules } from "./check-flow-rules.ts";
import { checkRoutes } from "./check-routes.ts";
import { checkReports, checkSources } from "./check-sources.ts";
import { type Checked, checkLasts, checkNames, checkReference } from "./checked.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../../schemas/waypost.schema.json", import.meta.url), "utf8"),
) as { $defs: { destination: { properties: Record<string, unknown> } } };
const commonKeys = Object.keys(schema.$defs.destination.properties);

const builtIn = [
  [flowsDestination, "does what routes emit and set"],
  [mediaDestination, "fetches the files of messages"],
] as const;

/** Reports whatever is wrong with the parsed file; a part of the wrong shape does not hide the others. */
export function checkRouting(checked: Checked): void {
  const { report } = checked;
  const { accounts, destinations, alerts, retention } = record(checked.value);
  // Most of a first start would be to compile the schema.
  if (isDeepStrictEqual(checked.value, {})) return;
  reportSchemaProblems(checkOf(schema)(checked.value), keysIn(schema), report);
  checkNames(Object.keys(record(accounts)), ["accounts"], report);
  checkNames(Object.keys(record(destinations)), ["destinations"], report);
  for (const [name, does] of builtIn) {
    if (!Object.hasOwn(record(destinations), name)) continue;
    report(["destinations", name], {
      problem: `is the name of the built-in destination that ${does}`,
      remedy: "Choose another name",
    });
  }
  checkLasts(record(retention)["media"], ["retention", "media"], report);
  for (const [name, account] of Object.entries(record(accounts))) {
    const { media } = record(record(account)["retention"]);
    checkLasts(media, ["accounts", name, "retention", "media"], report);
  }
  const checks = createDestinationChecks(checked, commonKeys);
  for (const [name, destination] of Object.entries(record(destinations))) {
    checks.checkDestination(destination, ["destinations", name]);
  }
  const { to, silence } = record(alerts);
  checks.checkDestination(to, ["alerts", "to"]);
  if (record(to)["shadow"] === true) {
    report(["alerts", "to", "shadow"], {
      problem: "has no meaning for alerts, which are always sent",
      remedy: "Remove it",
    });
  }
  if (record(to)["reply"] === true) {
    report(["alerts", "to", "reply"], {
      problem: "has no meaning for alerts, which nobody answers",
      remedy: "Remove it",
    });
  }
  for (const account of Object.keys(record(silence))) {
    checkReference(account, "accounts", ["alerts", "silence", account], checked);
  }
  checkFlowRules(checked);
  checkRoutes(checked, checks);
  checkSources(checked);
  checkReports(checked);
}
