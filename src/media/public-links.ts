import { createHmac, timingSafeEqual } from "node:crypto";

export interface PublicLinks {
  /** Anybody who has it may read the file until it expires. Never to be logged. */
  link(mediaId: string): string;
  /** Whether these stand in a link that was given out and has not expired. In constant time. */
  isGood(mediaId: string, expires: unknown, signature: unknown): boolean;
}

export const linkSeconds = 600;

/** `<MEDIA_PUBLIC_URL>/media/<id>?e=<seconds>&s=<HMAC>`. The key follows from the access token, which every role has. */
export function createPublicLinks(options: {
  readonly publicUrl: string;
  readonly accessToken: string;
  readonly now?: () => number;
}): PublicLinks {
  const { publicUrl, accessToken, now = Date.now } = options;
  const key = createHmac("sha256", accessToken).update("waypost media links").digest();
  const seconds = () => Math.floor(now() / 1_000);
  const sign = (mediaId: string, expires: string) =>
    createHmac("sha256", key).update(`${mediaId}\n${expires}`).digest();
  return {
    link(mediaId) {
      const expires = String(seconds() + linkSeconds);
      const signature = sign(mediaId, expires).toString("base64url");
      const base = publicUrl.replace(/\/$/, "");
      return `${base}/media/${encodeURIComponent(mediaId)}?e=${expires}&s=${signature}`;
    },
    isGood(mediaId, expires, signature) {
      if (typeof expires !== "string" || !/^\d{1,12}$/.test(expires)) return false;
      if (typeof signature !== "string" || !/^[\w-]{43}$/.test(signature)) return false;
      const right = sign(mediaId, expires);
      const given = Buffer.from(signature, "base64url");
      const same = given.length === right.length && timingSafeEqual(given, right);
      return same && Number(expires) > seconds();
    },
  };
}
