/** Certificates for tests, made here (X.509 in DER, signed by node:crypto), so that no tool has to be installed. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** Both as PEM. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  /** A certificate of this authority for a DNS name, or `IP:` and an IPv4 address, that ends in two days. */
  issue(commonName: string, subjectAltName?: string): Certificate;
}

export function createAuthority(commonName: string): Authority {
  const { key, pem, spki } = makeKey();
  const basicConstraints = extension("551d13", true, sequence(boolean(true)));
  const issuer = name(commonName);
  const make = (subject: Buffer, publicKey: Buffer, extensions: Buffer) =>
    certificate(key, { issuer, subject, spki: publicKey, extensions });
  return {
    cert: make(issuer, spki, basicConstraints),
    key: pem,
    issue(subject, alt = subject) {
      const own = makeKey();
      const subjectAltName = extension("551d11", false, sequence(generalName(alt)));
      return { cert: make(name(subject), own.spki, subjectAltName), key: own.pem };
    },
  };
}

interface Content {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly spki: Buffer;
  readonly extensions: Buffer;
}

function certificate(signer: KeyObject, content: Content): string {
  const algorithm = sequence(oid("2a8648ce3d040302")); // ecdsa-with-SHA256
  const validity = sequence(utcTime(Date.now() - 60_000), utcTime(Date.now() + 2 * 86_400_000));
  const toBeSigned = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    content.issuer,
    validity,
    content.subject,
    content.spki,
    tagged(0xa3, sequence(content.extensions)),
  );
  const der = sequence(toBeSigned, algorithm, bitString(sign("sha256", toBeSigned, signer)));
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    key: privateKey,
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    spki: publicKey.export({ type: "spki", format: "der" }),
  };
}

function tagged(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const long = body.length > 255 ? [0x82, body.length >> 8] : [0x81];
  const length = body.length < 128 ? [body.length] : [...long, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: Buffer[]) => tagged(0x30, ...content);
const boolean = (value: boolean) => tagged(0x01, Buffer.from([value ? 0xff : 0]));
const integer = (positive: Buffer) => tagged(0x02, positive);
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
const bitString = (bytes: Buffer) => tagged(0x03, Buffer.from([0]), bytes);

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function name(commonName: string): Buffer {
  const value = tagged(0x0c, Buffer.from(commonName));
  return sequence(tagged(0x31, sequence(oid("550403"), value)));
}

function generalName(name: string): Buffer {
  if (!name.startsWith("IP:")) return tagged(0x82, Buffer.from(name));
  return tagged(0x87, Buffer.from(name.slice(3).split(".").map(Number)));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}
