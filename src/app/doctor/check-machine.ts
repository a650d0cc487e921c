import { X509Certificate } from "node:crypto";
import type { StatsFs } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import path from "node:path";
import { request } from "undici";
import type { Config } from "../../config/config.ts";
import type { DoctorFinding } from "../../contracts.ts";
import { bad, good } from "./check.ts";

const gib = 2 ** 30;
const day = 86_400_000;
const soonDays = 14;
const answerMs = 5_000;
const shortToken = 20;

/** The room on the disks of DATA_DIR and of the files. */
export async function checkDisks(config: Pick<Config, "dataDir" | "media" | "spool">) {
  const folders = new Set([config.dataDir, ...(config.media ? [config.media.dir] : [])]);
  const wanted = config.spool.enabled ? Math.min(config.spool.maxBytes, gib) : gib / 4;
  const findings = await Promise.all([...folders].map((folder) => checkDisk(folder, wanted)));
  return findings.flat();
}

async function checkDisk(folder: string, wanted: number): Promise<DoctorFinding[]> {
  const disk = await statfsAbove(folder);
  if (disk === undefined) return [];
  const free = disk.bavail * disk.bsize;
  const found = `${(free / gib).toFixed(1)} GiB free for ${folder}`;
  if (free >= wanted) return [good("disk", found)];
  const remedy = `Make room: ${(wanted / gib).toFixed(1)} GiB at least.`;
  return [bad("disk", "disk_low", found, remedy)];
}

/** Of the folder, or of the one above it that is there already. */
async function statfsAbove(folder: string): Promise<StatsFs | undefined> {
  try {
    return await statfs(folder);
  } catch {
    const above = path.dirname(folder);
    return above === folder ? undefined : statfsAbove(above);
  }
}

/** Own HTTPS: until when, by whom and for whom the certificate is. Nothing where a proxy speaks it. */
export async function checkCertificate({
  http,
  publicUrl,
}: Pick<Config, "http" | "publicUrl">): Promise<DoctorFinding[]> {
  if (http.tls === undefined) return [];
  const certificate = new X509Certificate(await readFile(http.tls.certFile));
  const { validTo, subject, issuer } = certificate;
  const days = Math.floor((Date.parse(validTo) - Date.now()) / day);
  const wrong = (found: string, remedy: string) =>
    bad("certificate", "certificate_expiring", found, remedy);
  const renew = "Put a new chain into TLS_CERT_FILE and restart the receivers.";
  const host = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  const findings = [
    ...(days < 0 ? [wrong(`it ended at ${validTo}`, renew)] : []),
    ...(days >= 0 && days < soonDays
      ? [wrong(`it ends in ${days} days, at ${validTo}`, renew)]
      : []),
    ...(subject === issuer
      ? [wrong("it is signed by itself: Meta takes none of these", "Use one of a known authority.")]
      : []),
    ...(host !== undefined && certificate.checkHost(host) === undefined
      ? [wrong(`it is not for ${host}`, "Use one for the host of PUBLIC_URL.")]
      : []),
  ];
  return findings.length > 0 ? findings : [good("certificate", `good for ${days} days`)];
}

/** Whether the ops port is kept inside. */
export async function checkOpsExposure({
  ops,
  publicUrl,
}: Pick<Config, "ops" | "publicUrl">): Promise<DoctorFinding[]> {
  const isLocal = /^(127\.|localhost$|::1$)/.test(ops.host);
  const findings: DoctorFinding[] = [];
  if (ops.tokens.some((token) => token.length < shortToken)) {
    const found = `OPS_TOKENS has one of fewer than ${shortToken} characters`;
    findings.push(
      bad("ops port", "ops_exposed", found, "Use long random ones: `openssl rand -base64 32`."),
    );
  }
  if (publicUrl !== undefined && (await answersAsOps(publicUrl))) {
    const found = "PUBLIC_URL leads to the ops port: API and metrics can be reached from outside";
    findings.push(bad("ops port", "ops_exposed", found, "Lead it to PORT, never to OPS_PORT."));
  }
  if (findings.length > 0) return findings;
  const where = isLocal
    ? "reachable on this machine alone"
    : `note: it listens on ${ops.host}; only an inner network may reach it`;
  return [good("ops port", where)];
}

async function answersAsOps(publicUrl: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(answerMs);
    const { statusCode, body } = await request(`${publicUrl}/healthz`, { signal });
    const text = await body.text();
    return statusCode === 200 && text.startsWith('{"status":');
  } catch {
    return false;
  }
}
