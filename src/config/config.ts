import path from "node:path";
import { checkEnv, needsOps, needsWebhook, type Role } from "./check-env.ts";
import { ConfigError, type ConfigProblem, firstOfEach } from "./config-error.ts";
import { type EnvValues, parseList, readGiven, readValues } from "./env.ts";
import { freeze, hideSecrets } from "./freeze.ts";
import { type MediaConfig, toMedia } from "./media.ts";
import { ensureSecrets, type GeneratedKey } from "./secrets.ts";
import { findTypos } from "./typos.ts";

export type { Role } from "./check-env.ts";

/** Deeply frozen. Secrets are plain properties, but neither JSON.stringify nor inspect shows them. */
export interface Config {
  readonly role: Role;
  /** Empty for roles that do not serve the webhook, unless given. */
  readonly whatsapp: {
    readonly appSecrets: readonly string[];
    readonly verifyTokens: readonly string[];
  };
  readonly http: HttpConfig;
  /** `tokens` is empty for roles that do not serve the API, unless given. */
  readonly ops: {
    readonly host: string;
    readonly port: number;
    /** How people reach it, without a slash at the end. */
    readonly url?: string;
    readonly tokens: readonly string[];
    /** Addresses and ranges of proxies whose `X-Forwarded-…` is believed. */
    readonly trustedProxies: readonly string[];
  };
  /** Absent: the embedded bus. */
  readonly rabbitmqUrl?: string;
  /** Over how many queues RabbitMQ's store is split, by phone number. */
  readonly storeShards: number;
  /** Absent: the embedded store. */
  readonly mongodbUrl?: string;
  /** Absolute, as all paths here. */
  readonly dataDir: string;
  readonly configFile: string;
  /** WAYPOST_CONFIG was given: then the file must exist. */
  readonly configFileGiven: boolean;
  readonly logLevel: "error" | "warn" | "info" | "debug";
  readonly retentionDays: number;
  /** How Meta reaches the public port, without a slash at the end. */
  readonly publicUrl?: string;
  readonly meta: MetaConfig;
  /** Absent: files of messages are not fetched. */
  readonly media?: MediaConfig;
  readonly spool: { readonly enabled: boolean; readonly maxBytes: number };
  /** Secrets in use that were made by Waypost and lie in DATA_DIR/secrets.env. */
  readonly generated: readonly GeneratedKey[];
  /** Sentences for the operator; they hold no values. */
  readonly warnings: readonly string[];
  /** NODE_ENV is `production`. */
  readonly production: boolean;
}
/** Meta's side, as far as this configuration knows it. */
interface MetaConfig {
  readonly graphUrl: string;
  readonly appId?: string;
  readonly accessToken?: string;
}
interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly ackDeadlineMs: number;
  readonly tls?: TlsConfig;
}
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string;
  readonly clientCn: string;
}

/**
 * The environment, completed by `.env` in `cwd` and, outside production, by generated secrets, as one value.
 * Rejects with a ConfigError that lists every problem. With `generate: false`, missing secrets stay missing.
 */
export async function loadConfig(
  env: NodeJS.ProcessEnv,
  role: Role,
  { cwd = process.cwd(), generate = true }: { cwd?: string; generate?: boolean } = {},
): Promise<Config> {
  const problems: ConfigProblem[] = [];
  const given = await readGiven(env, cwd, problems);
  const values = await readValues(given, cwd, problems);
  const production = values.NODE_ENV === "production";
  const warnings = await checkEnv(values, { role, production, cwd }, problems);
  if (problems.length > 0) throw new ConfigError(firstOfEach(problems));

  const dataDir = path.resolve(cwd, values.DATA_DIR);
  const generated = production || !generate ? [] : missingSecrets(values, role);
  if (generated.length > 0) Object.assign(values, await ensureSecrets(dataDir, generated));
  return toConfig(values, {
    role,
    cwd,
    configFileGiven: "WAYPOST_CONFIG" in given,
    generated,
    warnings: [...findTypos(Object.keys(given)), ...warnings],
    production,
  });
}

function missingSecrets(values: EnvValues, role: Role): GeneratedKey[] {
  const needed: GeneratedKey[] = [];
  if (needsWebhook(role)) needed.push("WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN");
  if (needsOps(role)) needed.push("OPS_TOKENS");
  return needed.filter((key) => values[key] === undefined);
}

type Rest = Pick<Config, "role" | "configFileGiven" | "generated" | "warnings" | "production"> & {
  cwd: string;
};

function toConfig(values: EnvValues, { cwd, ...rest }: Rest): Config {
  const dataDir = path.resolve(cwd, values.DATA_DIR);
  const media = toMedia(values, dataDir, cwd);
  const config: Config = {
    whatsapp: hideSecrets(
      {
        appSecrets: parseList(values.WHATSAPP_APP_SECRET),
        verifyTokens: parseList(values.WHATSAPP_VERIFY_TOKEN),
      },
      ["appSecrets", "verifyTokens"],
    ),
    http: toHttp(values, cwd),
    ops: hideSecrets(
      {
        host: values.OPS_HOST,
        port: values.OPS_PORT,
        ...(values.OPS_URL !== undefined && { url: withoutSlash(values.OPS_URL) }),
        tokens: values.OPS_TOKENS === "off" ? [] : parseList(values.OPS_TOKENS),
        trustedProxies: parseList(values.TRUSTED_PROXIES),
      },
      ["tokens"],
    ),
    ...(values.RABBITMQ_URL !== undefined && { rabbitmqUrl: values.RABBITMQ_URL }),
    ...(values.MONGODB_URL !== undefined && { mongodbUrl: values.MONGODB_URL }),
    storeShards: values.STORE_SHARDS,
    dataDir,
    configFile: path.resolve(cwd, values.WAYPOST_CONFIG),
    logLevel: values.LOG_LEVEL,
    retentionDays: values.RETENTION_DAYS,
    ...(values.PUBLIC_URL !== undefined && { publicUrl: withoutSlash(values.PUBLIC_URL) }),
    meta: toMeta(values),
    ...(media && { media }),
    spool: { enabled: values.SPOOL === "on", maxBytes: values.SPOOL_MAX_BYTES },
    ...rest,
  };
  return freeze(hideSecrets(config, ["rabbitmqUrl", "mongodbUrl"]));
}

/** Also for commands that read the environment by themselves. */
function toMeta({
  META_GRAPH_URL: graphUrl,
  META_APP_ID: appId,
  META_ACCESS_TOKEN: accessToken,
}: EnvValues): MetaConfig {
  const meta = { graphUrl: withoutSlash(graphUrl), ...(appId !== undefined && { appId }) };
  return accessToken === undefined ? meta : hideSecrets({ ...meta, accessToken }, ["accessToken"]);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

function toHttp(values: EnvValues, cwd: string): HttpConfig {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: ca } = values;
  return {
    host: values.HOST,
    port: values.PORT,
    maxBodyBytes: values.MAX_BODY_BYTES,
    ackDeadlineMs: values.ACK_DEADLINE_MS,
    ...(cert !== undefined &&
      key !== undefined && {
        tls: {
          certFile: path.resolve(cwd, cert),
          keyFile: path.resolve(cwd, key),
          ...(ca !== undefined && { clientCaFile: path.resolve(cwd, ca) }),
          clientCn: values.TLS_CLIENT_CN,
        },
      }),
  };
}
