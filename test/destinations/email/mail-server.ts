/** A real SMTP server for tests: keeps what it takes, and fails as it is told to. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { testCertificate } from "../../support/test-certificate.ts";

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly email: Email;
  header(name: string): string | undefined;
}

type Step = "auth" | "mail" | "rcpt" | "data";

/**
 * One fault for one command: an answer such as `450 4.2.0 Greylisted`, for one recipient or for whoever comes; or the connection goes:
 * at a command, in the middle of the mail, or after its final dot, when the mail is kept.
 */
export type MailFault =
  | { readonly at: Step; readonly reply: string; readonly recipient?: string }
  | { readonly drop: "rcpt" | "middle" | "dot" }
  | { readonly hang: "rcpt" | "dot" };

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** smtp:// with the user, or without. */
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** Those to come. */
  readonly faults: MailFault[];
  /** How many connections there were. */
  connections(): number;
  open(): number;
  logins(): readonly string[];
  /** Resolves when a mail has been kept whose sender hangs. */
  kept(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface MailServerOptions extends SMTPServerOptions {
  readonly user?: string;
  readonly password?: string;
  /** Takes XOAUTH2 with one of these. */
  readonly accessTokens?: Set<string>;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { user, password, accessTokens, ...given } = options;
  const mails: ReceivedMail[] = [];
  const faults: MailFault[] = [];
  const logins: string[] = [];
  const sockets = new Map<number, Socket>();
  const waiting: (() => void)[] = [];
  let count = 0;
  const answerAt = (at: Step, recipient?: string): Error | undefined => {
    const index = faults.findIndex(
      (fault) => "at" in fault && fault.at === at && (fault.recipient ?? recipient) === recipient,
    );
    if (index < 0) return undefined;
    const [fault] = faults.splice(index, 1);
    return fault && "at" in fault ? refusal(fault.reply) : undefined;
  };
  const takes = (what: MailFault) => {
    const index = faults.findIndex((fault) => JSON.stringify(fault) === JSON.stringify(what));
    if (index >= 0) faults.splice(index, 1);
    return index >= 0;
  };
  const drop = (port: number): void => void sockets.get(port)?.destroy();
  const server = new SMTPServer({
    hideENHANCEDSTATUSCODES: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    size: 25_000_000,
    authOptional: user === undefined && accessTokens === undefined,
    authMethods: accessTokens ? ["XOAUTH2"] : ["PLAIN", "LOGIN"],
    allowInsecureAuth: true,
    ...testCertificate,
    ...given,
    onAuth(auth, _session, done) {
      const failed = answerAt("auth");
      if (failed) {
        done(failed);
        return;
      }
      logins.push(auth.method);
      const known = accessTokens
        ? accessTokens.has(auth.accessToken ?? "")
        : auth.username === user && auth.password === password;
      if (known) done(null, { user: auth.username });
      else done(refusal("535 5.7.8 Authentication credentials invalid"));
    },
    onMailFrom: (_address, _session, done) => done(answerAt("mail") ?? null),
    onRcptTo({ address }, { remotePort }, done) {
      if (takes({ hang: "rcpt" })) return;
      if (takes({ drop: "rcpt" })) drop(remotePort);
      else done(answerAt("rcpt", address) ?? null);
    },
    onData(stream, { envelope, remotePort }, done) {
      const chunks: Buffer[] = [];
      const middle = takes({ drop: "middle" });
      stream.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (middle) drop(remotePort);
      });
      stream.on("end", async () => {
        const failed = answerAt("data");
        if (failed || middle) {
          done(failed);
          return;
        }
        const raw = Buffer.concat(chunks);
        const email = await PostalMime.parse(raw);
        const header = (name: string) =>
          email.headers.find(({ key }) => key === name.toLowerCase())?.value;
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.push({ from, to, raw: raw.toString("latin1"), email, header });
        for (const wake of waiting.splice(0)) wake();
        if (takes({ drop: "dot" })) drop(remotePort);
        else if (!takes({ hang: "dot" })) done(null, "2.0.0 queued");
      });
    },
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket: Socket) => {
    count += 1;
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => sockets.delete(port));
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  const login =
    user === undefined ? "" : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? "")}@`;
  return {
    ...{ host: "127.0.0.1", port, url: `smtp://${login}127.0.0.1:${port}`, mails, faults },
    connections: () => count,
    open: () => sockets.size,
    logins: () => logins,
    async kept(most) {
      while (mails.length < most) await new Promise<void>((wake) => waiting.push(wake));
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** `450 4.2.0 Greylisted`: as the server says it. */
function refusal(reply: string): Error {
  const [code = "", ...words] = reply.split(" ");
  return Object.assign(new Error(words.join(" ")), { responseCode: Number(code) });
}
