import path from "node:path";
import { errorCode } from "../support/describe-error.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { type EnvValues, parseList, readGiven, readValues } from "./env.ts";
import { freeze, hideSecrets } from "./freeze.ts";
import { readSecrets } from "./secrets.ts";

/** What a CLI command needs to reach a Waypost. The first of each list: the one that is signed with. */
export interface Client {
  /** Without a slash at the end, e.g. `http://127.0.0.1:8081`. */
  readonly opsUrl: string;
  readonly opsToken?: string;
  readonly webhookUrl: string;
  readonly appSecret?: string;
  readonly verifyToken?: string;
  readonly dataDir: string;
}

/**
 * The same environment as the server's, read without its checks: `env`, `.env` in `cwd`, then
 * DATA_DIR/secrets.env. Generates nothing.
 */
export async function loadClient(
  env: NodeJS.ProcessEnv,
  cwd: string = process.cwd(),
): Promise<Client> {
  const problems: ConfigProblem[] = [];
  const values = await readValues(await readGiven(env, cwd, problems), cwd, problems);
  const dataDir = path.resolve(cwd, values.DATA_DIR);
  const secrets = await readSecrets(dataDir).catch((error) => {
    problems.push({
      where: "DATA_DIR",
      problem: `secrets.env in it cannot be read (${errorCode(error)})`,
      remedy: "Run this as the user that runs Waypost, or set OPS_TOKENS",
    });
    return {};
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return toClient({ ...secrets, ...values }, dataDir);
}

function toClient(values: EnvValues, dataDir: string): Client {
  const [opsToken] = values.OPS_TOKENS === "off" ? [] : parseList(values.OPS_TOKENS);
  const [appSecret] = parseList(values.WHATSAPP_APP_SECRET);
  const [verifyToken] = parseList(values.WHATSAPP_VERIFY_TOKEN);
  const scheme = values.TLS_CERT_FILE ? "https" : "http";
  const client: Client = {
    opsUrl: `http://${reachable(values.OPS_HOST)}:${values.OPS_PORT}`,
    ...(opsToken !== undefined && { opsToken }),
    webhookUrl: `${scheme}://${reachable(values.HOST)}:${values.PORT}/webhooks/whatsapp`,
    ...(appSecret !== undefined && { appSecret }),
    ...(verifyToken !== undefined && { verifyToken }),
    dataDir,
  };
  return freeze(hideSecrets(client, ["opsToken", "appSecret", "verifyToken"]));
}

/** An address one listens on as one can be called. */
export function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
