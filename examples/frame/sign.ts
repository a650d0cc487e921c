import { createHmac } from "node:crypto";

type Headers = Readonly<Record<string, string>>;
const hmac = (secret: string, text: string) => createHmac("sha256", secret).update(text);

/** As Meta signs. */
export function signedByMeta(body: string, secret: string): Headers {
  return { "x-hub-signature-256": `sha256=${hmac(secret, body).digest("hex")}` };
}

/** As those sign whom a source of this kind believes. */
export function signedForSource(
  { kind, auth }: { readonly kind?: unknown; readonly auth?: { readonly header?: string } },
  body: string,
  secret: string,
): Headers {
  const now = new Date();
  if (kind === "stripe") {
    const seconds = Math.floor(now.getTime() / 1_000);
    const signature = hmac(secret, `${seconds}.${body}`).digest("hex");
    return { "stripe-signature": `t=${seconds},v1=${signature}` };
  }
  if (kind === "shopify") return { "x-shopify-hmac-sha256": hmac(secret, body).digest("base64") };
  if (kind === "zendesk") {
    const time = now.toISOString();
    return {
      "x-zendesk-webhook-signature-timestamp": time,
      "x-zendesk-webhook-signature": hmac(secret, time + body).digest("base64"),
    };
  }
  if (auth?.header !== undefined) return { [auth.header]: secret };
  throw new Error(`Nobody here signs for a source of the kind ${String(kind)}.`);
}
