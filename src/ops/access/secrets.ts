import { createHash, randomBytes } from "node:crypto";

/** 256 bits that nobody guesses; the prefix lets scanners of repositories know a token. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** In hexadecimal digits: how secrets are known. */
export function sha256Of(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
