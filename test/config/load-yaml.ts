import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { TestContext } from "node:test";
import { inspect } from "node:util";
import { ConfigError, type ConfigProblem } from "../../src/config/config-error.ts";
import { loadRouting } from "../../src/config/load-routing.ts";
import type { Kinds, Routing } from "../../src/config/routing.ts";
import { tempDir } from "./temp-dir.ts";

/** Reads waypost.yaml with this content. */
export async function loadYaml(
  t: TestContext,
  yaml: string,
  kinds: Kinds,
  env: NodeJS.ProcessEnv = {},
): Promise<Routing> {
  const cwd = await tempDir(t);
  await writeFile(path.join(cwd, "waypost.yaml"), yaml);
  return loadRouting(env, kinds, cwd);
}

/** What is wrong with it; fails when nothing is. */
export async function problemsOfYaml(
  ...given: Parameters<typeof loadYaml>
): Promise<readonly ConfigProblem[]> {
  const error = await loadYaml(...given).then(
    () => assert.fail("a ConfigError was expected"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, inspect(error));
  return error.problems;
}
