import { randomInt } from "node:crypto";
import { request } from "undici";

/**
 * Does what Meta does when a callback URL is saved: the right token must bring the challenge back as it was,
 * a wrong one must not. Gives the problem in words, undefined when all is well.
 */
export async function tryCallback(url: string, verifyToken: string): Promise<string | undefined> {
  const challenge = String(randomInt(100_000_000, 999_999_999));
  const right = await ask(url, verifyToken, challenge);
  if (typeof right === "string") return right;
  if (right.status !== 200) {
    return `the right verify token was answered with ${right.status} instead of 200`;
  }
  if (right.body !== challenge) return "the challenge did not come back as it was";
  const wrong = await ask(url, `${verifyToken}x`, challenge);
  if (typeof wrong === "string") return wrong;
  return wrong.status === 200 ? "a wrong verify token was accepted" : undefined;
}

async function ask(
  url: string,
  token: string,
  challenge: string,
): Promise<{ readonly status: number; readonly body: string } | string> {
  const target = new URL(url);
  target.searchParams.set("hub.mode", "subscribe");
  target.searchParams.set("hub.challenge", challenge);
  target.searchParams.set("hub.verify_token", token);
  try {
    const { statusCode, body } = await request(target, { headersTimeout: 10_000 });
    return { status: statusCode, body: await body.text() };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    return `no answer to the challenge (${code})`;
  }
}
