/**
 * Makes what is derived from schemas/ and fixtures/. `--check` changes nothing and exits with 1 when a file is stale.
 *
 *   npm run generate [-- --check]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { envKeys } from "../src/config/env.ts";
import { asyncapi } from "./generate-asyncapi.ts";
import { clientTypes } from "./generate-client-types.ts";
import { collectionList, faceList } from "./generate-collections.ts";
import { commandList } from "./generate-commands.ts";
import { configurationPage } from "./generate-configuration-page.ts";
import { envExample } from "./generate-env-example.ts";
import { eventPaths } from "./generate-event-paths.ts";
import { eventTypes } from "./generate-event-types.ts";
import { eventsPage } from "./generate-events-page.ts";
import { readGoldenEvents } from "./generate-golden-events.ts";
import { promisesPage } from "./generate-promises-page.ts";
import { routerList } from "./generate-routers.ts";

const root = new URL("../", import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const openApi = () => parse(readFileSync(new URL("schemas/openapi.yaml", root), "utf8"));
const schema = json("schemas/event.schema.json");
const golden = readGoldenEvents();

const outputs: Record<string, () => string | Promise<string>> = {
  "src/event/generated.ts": () => eventTypes(schema),
  "src/event/generated-paths.ts": () => eventPaths(schema),
  "schemas/openapi.json": () => `${JSON.stringify(openApi(), null, 1)}\n`,
  "src/cli/common/generated.ts": commandList,
  "src/ops/generated.ts": routerList,
  "src/contracts/generated.ts": faceList,
  "src/store/generated.ts": collectionList,
  "src/client/generated.ts": () => clientTypes(openApi()),
  "schemas/asyncapi.yaml": () => asyncapi(schema, golden, json("package.json").version),
  "docs/events.md": () => eventsPage(schema, golden),
  ".env.example": () => envExample(envKeys),
  "docs/configuration.md": () => configurationPage(envKeys),
  "docs/destinations/promises.md": promisesPage,
};

const check = process.argv.includes("--check");
for (const [path, make] of Object.entries(outputs)) {
  const url = new URL(path, root);
  const made = await make();
  if (made === readOrEmpty(url)) continue;
  if (check) {
    process.stderr.write(`${path} is stale: run npm run generate\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(url, made);
    process.stdout.write(`wrote ${path}\n`);
  }
}

function readOrEmpty(url: URL): string {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return "";
  }
}
