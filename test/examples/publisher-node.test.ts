import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publisherSuite } from "./publisher-suite.ts";

const folder = fileURLToPath(new URL("../../examples/publisher-node/", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

publisherSuite(
  "TypeScript",
  () => [process.execPath, "--import", "tsx", `${folder}publisher.ts`],
  false,
);

it("the publisher in TypeScript passes its own type check", async () => {
  const { stdout } = await promisify(execFile)(`${root}node_modules/.bin/tsc`, ["-p", folder]);
  assert.equal(stdout, "");
});
