import { createHash, timingSafeEqual } from "node:crypto";

/** Anything else could be markup, reflected into somebody's browser. */
const harmless = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * The answer to Meta's subscription challenge: the challenge itself when mode and token are right, else
 * undefined. Repeated parameters arrive as arrays and are refused.
 */
export function answerChallenge(
  query: Readonly<Record<string, unknown>>,
  verifyTokens: readonly string[],
): string | undefined {
  const mode = query["hub.mode"];
  const token = query["hub.verify_token"];
  const challenge = query["hub.challenge"];
  if (mode !== "subscribe" || typeof token !== "string" || typeof challenge !== "string") {
    return undefined;
  }
  return isKnown(token, verifyTokens) && harmless.test(challenge) ? challenge : undefined;
}

/** Digests have one length, so neither the content nor the length of a token shows in the time taken. */
function isKnown(token: string, verifyTokens: readonly string[]): boolean {
  const offered = sha256(token);
  let known = false;
  for (const expected of verifyTokens) known = timingSafeEqual(sha256(expected), offered) || known;
  return known;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
