import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import path from "node:path";
import { createSecureContext } from "node:tls";
import { errorCode } from "../support/describe-error.ts";
import type { ConfigProblem } from "./config-error.ts";
import { type EnvValues, parseList } from "./env.ts";
import { checkMedia } from "./media.ts";

/** `start` is all roles in one process. */
export type Role = "start" | "receive" | "work" | "ops";

interface Situation {
  readonly role: Role;
  readonly production: boolean;
  readonly cwd: string;
}

/** Serves the public port. */
export function needsWebhook(role: Role): boolean {
  return role === "start" || role === "receive";
}

/** Serves the API. */
export function needsOps(role: Role): boolean {
  return role === "start" || role === "ops";
}

/** What no single key's schema can tell. Adds problems, answers with warnings. */
export async function checkEnv(
  values: EnvValues,
  situation: Situation,
  problems: ConfigProblem[],
): Promise<string[]> {
  problems.push(
    ...missingUrls(values, situation),
    ...missingSecrets(values, situation),
    ...emptyLists(values),
    ...oddProxies(values),
    ...samePort(values, situation),
    ...checkMedia(values),
    ...(await badTls(values, situation.cwd)),
    ...(await badDataDir(values, situation)),
  );
  return warn(values);
}

function missingUrls(values: EnvValues, { role }: Situation): ConfigProblem[] {
  if (role === "start") return [];
  const missing = (["RABBITMQ_URL", "MONGODB_URL"] as const).filter((key) => !values[key]);
  return missing.map((where) => ({
    where,
    problem: `is missing; \`waypost ${role}\` runs apart from the other roles and needs both RABBITMQ_URL and MONGODB_URL`,
    remedy: "Set it, or run all roles in one process with `waypost start`",
  }));
}

function missingSecrets(values: EnvValues, { role, production }: Situation): ConfigProblem[] {
  if (!production) return [];
  const problems: ConfigProblem[] = [];
  const need = (where: keyof EnvValues, remedy: string) => {
    if (values[where] === undefined) {
      problems.push({ where, problem: "is missing and required with NODE_ENV=production", remedy });
    }
  };
  if (needsWebhook(role)) {
    need("WHATSAPP_APP_SECRET", "Copy the app secret from Meta's App settings, Basic");
    need("WHATSAPP_VERIFY_TOKEN", "Choose a long random word and enter it in Meta's dashboard too");
  }
  if (needsOps(role)) need("OPS_TOKENS", "Choose a long random token for the API");
  return problems;
}

function emptyLists(values: EnvValues): ConfigProblem[] {
  const lists = ["WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "OPS_TOKENS"] as const;
  return lists
    .filter((key) => values[key] !== undefined && parseList(values[key]).length === 0)
    .map((where) => ({
      where,
      problem: "holds only separators",
      remedy: "Give at least one value, or remove it",
    }));
}

/** Addresses, or ranges as `10.0.0.0/8`. */
function oddProxies({ TRUSTED_PROXIES }: EnvValues): ConfigProblem[] {
  const isRange = (text: string) => {
    const [address = "", bits, ...more] = text.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    return version !== 0 && fits && more.length === 0;
  };
  if (parseList(TRUSTED_PROXIES).every(isRange)) return [];
  return [
    {
      where: "TRUSTED_PROXIES",
      problem: "holds what is neither an IP address nor a range of them",
      remedy: "Give addresses or ranges with commas between them, e.g. 10.0.0.7,192.168.0.0/16",
    },
  ];
}

function samePort(values: EnvValues, { role }: Situation): ConfigProblem[] {
  const { HOST, OPS_HOST, PORT, OPS_PORT } = values;
  const overlap =
    HOST === OPS_HOST || [HOST, OPS_HOST].some((host) => /^(0\.0\.0\.0|::)$/.test(host));
  if (!needsWebhook(role) || PORT === 0 || PORT !== OPS_PORT || !overlap) return [];
  return [
    {
      where: "OPS_PORT",
      problem: "is the same as PORT, and the addresses overlap",
      remedy: "Choose another port for one of them",
    },
  ];
}

async function badTls(values: EnvValues, cwd: string): Promise<ConfigProblem[]> {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE } = values;
  const problems: ConfigProblem[] = [];
  const partner = (where: string, other: string) =>
    problems.push({
      where,
      problem: `is missing, ${other} is set`,
      remedy: `Set both, or neither where a proxy in front speaks HTTPS`,
    });
  if (TLS_CERT_FILE && !TLS_KEY_FILE) partner("TLS_KEY_FILE", "TLS_CERT_FILE");
  else if (!TLS_CERT_FILE && TLS_KEY_FILE) partner("TLS_CERT_FILE", "TLS_KEY_FILE");
  else if (!TLS_CERT_FILE && TLS_CLIENT_CA_FILE) partner("TLS_CERT_FILE", "TLS_CLIENT_CA_FILE");
  for (const [where, file] of Object.entries({ TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE })) {
    if (file === undefined) continue;
    await access(path.resolve(cwd, file), constants.R_OK).catch((error) => {
      const problem = `its file cannot be read (${errorCode(error)})`;
      problems.push({ where, problem, remedy: "Point it at a PEM file this user can read" });
    });
  }
  if (problems.length > 0 || !TLS_CERT_FILE || !TLS_KEY_FILE) return problems;
  return (await fitTogether(path.resolve(cwd, TLS_CERT_FILE), path.resolve(cwd, TLS_KEY_FILE)))
    ? []
    : [
        {
          where: "TLS_CERT_FILE",
          problem: "its file and that of TLS_KEY_FILE are not a certificate and its key",
          remedy: "Point them at a chain and at the private key of its first certificate, in PEM",
        },
      ];
}

async function fitTogether(certFile: string, keyFile: string): Promise<boolean> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}

/** Whether it could be made and written, without making it. */
async function badDataDir(
  { DATA_DIR, RABBITMQ_URL, MONGODB_URL, SPOOL }: EnvValues,
  { role, cwd }: Situation,
): Promise<ConfigProblem[]> {
  const spools = needsWebhook(role) && SPOOL === "on";
  if (RABBITMQ_URL && MONGODB_URL && !spools) return [];
  const refused = await refusal(path.resolve(cwd, DATA_DIR));
  if (refused === undefined) return [];
  const problem = `the directory cannot be written (${refused})`;
  return [{ where: "DATA_DIR", problem, remedy: "Choose one that this user can make and write" }];
}

/** The code of the error that writing there would meet. */
async function refusal(directory: string): Promise<string | undefined> {
  try {
    // A file in its place is found by the slash.
    await access(`${directory}${path.sep}`, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const above = path.dirname(directory);
    const code = errorCode(error);
    return code === "ENOENT" && above !== directory ? refusal(above) : code;
  }
}

function warn(values: EnvValues): string[] {
  const warnings: string[] = [];
  if (parseList(values.WHATSAPP_APP_SECRET).some((secret) => !/^[0-9a-f]{32}$/i.test(secret))) {
    warnings.push(
      "WHATSAPP_APP_SECRET does not look like one of Meta's (32 hexadecimal digits); is it an access token?",
    );
  }
  if (values.MAX_BODY_BYTES < 3_145_728) {
    warnings.push("MAX_BODY_BYTES is below the 3 MB that Meta may send; larger POSTs are refused");
  }
  return warnings;
}
