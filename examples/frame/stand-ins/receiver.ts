import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { startStub } from "../../../test/destinations/stub.ts";
import type { StandIn } from "../stand-in.ts";

/** A service of yours for each destination of the kind webhook. It believes what is signed alone. */
export async function receiver(): Promise<StandIn> {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const verifier = new Webhook(secret);
  const lines: string[] = [];
  const stub = await startStub(({ path, headers, body }) => {
    verifier.verify(body, headers as Record<string, string>);
    const { type, data } = JSON.parse(body);
    const { contact = {}, business, message } = data;
    const more = business ?? message?.text?.body;
    const name = contact.name ?? contact.waId;
    lines.push(`Your service ${path.slice(1)}: ${type} of ${name} ${JSON.stringify(more ?? {})}`);
    return { status: 204 };
  });
  return {
    options: (name) => ({ url: `${stub.url}/${name}`, secret, allowPrivateAddresses: true }),
    book: () => lines,
    close: () => stub.close(),
  };
}
