import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

/** How an option of a certificate is given. */
const pemFile = "A PEM text, or the path of a file with it.";

/** The option `tls` of kinds that connect to a server of the operator's own. */
export const tlsSchema = {
  description: "Client certificate (mTLS), and a private certificate authority.",
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  properties: {
    cert: { type: "string", minLength: 1, description: pemFile },
    key: { type: "string", minLength: 1, description: pemFile, "x-secret": true },
    ca: { type: "string", minLength: 1, description: pemFile },
  },
} as const;

export interface TlsFiles {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

type Fail = (option: string, problem: string, remedy: string) => never;

/** The option `tls` with its files read. `fail` throws for what cannot be used. */
export function parseTls(given: TlsFiles, fail: Fail): TlsFiles {
  if ((given.cert === undefined) !== (given.key === undefined)) {
    fail("tls", "has a certificate without its key, or the reverse", "Give both cert and key");
  }
  const tls: { cert?: string; key?: string; ca?: string } = {};
  for (const part of ["cert", "key", "ca"] as const) {
    const value = given[part];
    if (value !== undefined) tls[part] = readPem(value, (why) => fail(`tls.${part}`, why, pemFile));
  }
  try {
    createSecureContext(tls);
  } catch {
    fail("tls", "does not fit together", "The key must belong to the certificate, both in PEM");
  }
  return tls;
}

function readPem(value: string, fail: (problem: string) => never): string {
  if (value.includes("-----BEGIN")) return value;
  try {
    return readFileSync(value, "utf8");
  } catch {
    return fail("cannot be read");
  }
}
