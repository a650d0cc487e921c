/** The servers that all test files of a run share, so that not each file has to start its own. */
import { mongoInstalled, startMongo } from "../test/services/mongo.ts";
import { rabbitInstalled, startRabbit } from "../test/services/rabbitmq.ts";

export interface SharedServer {
  readonly name: string;
  /** `TEST_<key>_URL` names the server to every file, `TEST_<key>_BROKEN` says why there is none. */
  readonly key: string;
  installed(): boolean;
  start(): Promise<Running>;
}

export interface Running {
  readonly url: string;
  cleanup(): Promise<void>;
}

const known: readonly SharedServer[] = [
  { name: "RabbitMQ", key: "RABBITMQ", installed: rabbitInstalled, start: startRabbit },
  { name: "MongoDB", key: "MONGODB", installed: mongoInstalled, start: startMongo },
];

/**
 * Starts each server that is installed where none is given, and writes into `env` what test files look for. One that is
 * installed and does not start is told in one line: what needs it is then skipped. Where CI is set it rejects instead.
 */
export async function shareServers(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  servers: readonly SharedServer[] = known,
): Promise<Running[]> {
  const running: Running[] = [];
  for (const { name, key, installed, start } of servers) {
    if (env[`TEST_${key}_URL`] || !installed()) continue;
    try {
      const server = await start();
      running.push(server);
      env[`TEST_${key}_URL`] = server.url;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const [why, ...more] = said.trim().split("\n");
      const broken = `${name}, which is installed but does not start (${why})`;
      const remedy = `Mend it, or give TEST_${key}_URL.`;
      if (env["CI"]) {
        for (const each of running) await each.cleanup();
        throw new Error([`The tests need ${broken}. ${remedy}`, ...more].join("\n"));
      }
      say(`Going on without ${broken}. ${remedy}`);
      env[`TEST_${key}_BROKEN`] = `needs ${broken}`;
    }
  }
  return running;
}
