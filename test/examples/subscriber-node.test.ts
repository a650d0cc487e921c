import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { subscriberSuite } from "./subscriber-suite.ts";

const folder = fileURLToPath(new URL("../../examples/subscriber-node/", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

subscriberSuite(
  "TypeScript",
  () => [process.execPath, "--import", "tsx", `${folder}subscriber.ts`],
  false,
);

it("the subscriber in TypeScript passes its own type check", async () => {
  const { stdout } = await promisify(execFile)(`${root}node_modules/.bin/tsc`, ["-p", folder]);
  assert.equal(stdout, "");
});
