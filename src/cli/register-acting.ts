import type { Command } from "commander";
import { previewDestination } from "../app/destinations.ts";
import { readRouting } from "../app/plan.ts";
import { registerRoles } from "../app/serve.ts";
import { loadClient } from "../config/load-client.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { registerConfigCheck } from "./config-check.ts";
import { registerDoctor } from "./doctor.ts";
import type { ResolveOps } from "./ops-client.ts";
import { registerRoutesTest } from "./routes-test.ts";
import { registerSimulate } from "./simulate.ts";

/** The commands that are more than a question: they load servers and destinations. */
export function registerActing(
  program: Command,
  env: NodeJS.ProcessEnv,
  resolve: ResolveOps,
): void {
  registerRoles(program, env);
  registerSimulate(program, () => loadClient(env));
  registerDoctor(program, { env, resolve });
  registerConfigCheck(program, env, readRouting);
  registerRoutesTest(program, {
    env,
    kinds: destinationKinds,
    preview: previewDestination,
    resolve,
  });
}
