import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Said } from "./command-runner.ts";
import { moduleUrl, sourceLoader } from "./source.ts";

export interface ManyCommands {
  /** As `runCli`, in turns. */
  run(
    args: readonly string[],
    ops: { readonly url: string; readonly token: string },
  ): Promise<Said>;
  close(): void;
}

/** Commands of the program, one after another in one process: a start costs a hundred times what most of them do. */
export function startCommands(): ManyCommands {
  const { PATH = "", HOME = "" } = process.env;
  const child = fork(fileURLToPath(moduleUrl("./command-runner.ts", import.meta.url)), {
    execArgv: [...sourceLoader],
    // A folder without `.env` and `data`.
    cwd: import.meta.dirname,
    env: { PATH, HOME, TZ: "UTC" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(args, { url, token }) {
      const { hostname, port } = new URL(url);
      const env = { OPS_HOST: hostname, OPS_PORT: port, OPS_TOKENS: token };
      const said = last.then(async () => {
        child.send({ args, env });
        const [answer] = await once(child, "message");
        return answer as Said;
      });
      last = said.catch(() => undefined);
      return said;
    },
    close: () => void child.kill(),
  };
}
