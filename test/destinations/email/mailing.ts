import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { KeptFile } from "../../../src/contracts.ts";
import { email } from "../../../src/destinations/email/email.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Delivering, delivering } from "../delivering.ts";
import { type MailServer, type MailServerOptions, startMailServer } from "./mail-server.ts";

export interface Mailing extends Delivering {
  readonly server: MailServer;
  readonly destination: ReturnType<typeof email.create>;
  close(): Promise<void>;
}

export function keptFile(name: string, content: Buffer, type = "application/pdf"): KeptFile {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return {
    ...{ mediaId: `media-${name}`, name, type, bytes: content.length, sha256 },
    open: async () => Readable.from([content]),
    link: async () => undefined,
  };
}

export function createEmailTo(
  smtp: string,
  options: Readonly<Record<string, unknown>> = {},
  parts: { readonly opsUrl?: string } = {},
) {
  const given = { smtp, from: "Acme <waypost@acme.example>", to: ["sales@acme.example"] };
  return email.create("mail", { ...given, ...options }, { log: createArrayLog(), ...parts });
}

/** A mail server, and a destination that sends to it. */
export async function startMailing(
  options: Readonly<Record<string, unknown>> = {},
  serverOptions: MailServerOptions = {},
  parts: { readonly opsUrl?: string } = {},
): Promise<Mailing> {
  const server = await startMailServer(serverOptions);
  const destination = createEmailTo(server.url, options, parts);
  return {
    ...delivering(destination),
    ...{ server, destination },
    async close() {
      await destination.close();
      await server.close();
    },
  };
}
