import { Readable } from "node:stream";
import SMTPConnection, {
  type SMTPConnectionSendInfo,
  type SMTPEnvelope,
} from "nodemailer/lib/smtp-connection";
import XOAuth2 from "nodemailer/lib/xoauth2";
import { DeliveryError } from "../../contracts.ts";
import type { TokenSource } from "../http/token-source.ts";
import type { EmailOptions } from "./options.ts";

/** What became of a mail that the server took; `rejected`: whom of several it did not take it for. */
export type Sent = Pick<SMTPConnectionSendInfo, "response" | "rejectedErrors">;

export interface Smtp {
  /** Throws SmtpFailure. */
  send(envelope: SMTPEnvelope, message: Buffer, signal: AbortSignal): Promise<Sent>;
  /** Connects and logs in, and says what the connection is like. Throws SmtpFailure. */
  look(signal: AbortSignal): Promise<Connected>;
  close(): void;
}

interface Connected {
  readonly secure: boolean;
  readonly loggedIn: boolean;
  /** The server has SMTPUTF8. */
  readonly utf8: boolean;
}

/** `complete`: all of the mail was with the connection, so that the server may have it, whatever came after. */
export class SmtpFailure extends Error {
  override readonly name = "SmtpFailure";
  readonly complete: boolean;
  constructor(complete: boolean, cause: unknown) {
    super("the mail was not sent", { cause });
    this.complete = complete;
  }
}

/** Servers end a silent connection sooner or later; one that is kept no longer is seldom dead. */
const idleMs = 20_000;
const pieceBytes = 65_536;
const timeouts = {
  connectionTimeout: 10_000,
  // Some make strangers wait before they greet.
  greetingTimeout: 30_000,
  dnsTimeout: 10_000,
  socketTimeout: 60_000,
  socketCloseTimeout: 1_000,
};

interface Session {
  readonly connection: SMTPConnection;
  readonly utf8: boolean;
  readonly reused: boolean;
}

interface Kept extends Session {
  readonly timer: NodeJS.Timeout;
}

type Server = Pick<EmailOptions, "server" | "tls" | "requireTls">;

/**
 * Connections to one server, kept for the next mail. One mail each at a time, and no mail is sent twice by it: what a lost answer means
 * is the caller's to say.
 */
export function createSmtp(options: Server, tokens?: TokenSource): Smtp {
  const pool = createPool(options, tokens);
  const send: Smtp["send"] = async (envelope, message, signal) => {
    const outgoing = readOnce(message);
    let reused = false;
    try {
      const session = await pool.take(signal);
      reused = session.reused;
      const { connection } = session;
      const sent = await step<Sent>(connection, signal, (done) =>
        // It notes in the envelope what became of it.
        connection.send({ ...envelope }, outgoing.stream, done),
      );
      pool.keep(session);
      return sent;
    } catch (error) {
      // The server had ended a connection that was kept: not a byte of the mail was sent over it.
      if (reused && !outgoing.begun() && !signal.aborted && isLost(error)) {
        return send(envelope, message, signal);
      }
      throw new SmtpFailure(outgoing.complete(), error);
    }
  };
  return {
    send,
    async look(signal) {
      try {
        const session = await pool.take(signal);
        const { secure, authenticated } = session.connection;
        pool.keep(session);
        return { secure, loggedIn: authenticated, utf8: session.utf8 };
      } catch (error) {
        throw new SmtpFailure(false, error);
      }
    },
    close: pool.close,
  };
}

function createPool(options: Server, tokens: TokenSource | undefined) {
  const idle: Kept[] = [];
  const open = new Set<SMTPConnection>();
  const forget = (kept: Kept | undefined) => {
    clearTimeout(kept?.timer);
    if (kept) idle.splice(idle.indexOf(kept), 1);
    return kept;
  };
  return {
    async take(signal: AbortSignal): Promise<Session> {
      const kept = forget(idle.at(-1));
      if (kept) return { ...kept, reused: true };
      const connection = new SMTPConnection(connectionOptions(options));
      open.add(connection);
      connection.on("error", () => undefined);
      connection.once("end", () => {
        open.delete(connection);
        forget(idle.find((each) => each.connection === connection));
      });
      await step(connection, signal, (done) => connection.connect(done));
      // The answer to EHLO, to the one after STARTTLS where there was one.
      const utf8 = /^250[ -]SMTPUTF8\b/im.test(connection.lastServerResponse || "");
      await logIn(connection, options, signal, tokens);
      return { connection, utf8, reused: false };
    },
    keep(session: Session): void {
      const end = () => forget(kept)?.connection.quit();
      const kept: Kept = { ...session, timer: setTimeout(end, idleMs).unref() };
      idle.push(kept);
    },
    close(): void {
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      for (const connection of open) connection.close();
    },
  };
}

function connectionOptions({ server, tls, requireTls }: Server) {
  const { host, port, secure, isLocal } = server;
  const encrypts = requireTls || !isLocal || Object.keys(tls).length > 0;
  return {
    ...{ host, port, secure, tls, ...timeouts },
    requireTLS: requireTls,
    // On this machine a certificate is often one that nobody vouches for.
    ignoreTLS: !encrypts,
  };
}

async function logIn(
  connection: SMTPConnection,
  { server }: Server,
  signal: AbortSignal,
  tokens: TokenSource | undefined,
): Promise<void> {
  const { user = "", password = "" } = server;
  if (tokens !== undefined) return logInByToken(connection, user, signal, tokens);
  if (user === "") return;
  const auth = { user, credentials: { user, pass: password } };
  await step(connection, signal, (done) => connection.login(auth, done));
}

async function logInByToken(
  connection: SMTPConnection,
  user: string,
  signal: AbortSignal,
  tokens: TokenSource,
): Promise<void> {
  const token = await tokens.token(signal);
  const oauth2 = new XOAuth2({ user, accessToken: token });
  try {
    const auth = { user, oauth2, method: "XOAUTH2" };
    await step(connection, signal, (done) => connection.login(auth, done));
  } catch (error) {
    if (!isRefusedLogin(error)) throw error;
    // Throws what to do where a new one is refused too.
    tokens.refused(token);
    throw new DeliveryError("outage", "the mail server refuses the access token: asks for another");
  }
}

function isRefusedLogin(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "EAUTH" && (replyOf(error) ?? 535) === 535;
}

/** One command of a connection: it fails with the connection, and ends it when it fails or the time is over. */
async function step<T>(
  connection: SMTPConnection,
  signal: AbortSignal,
  start: (done: (error?: Error | null, result?: T) => void) => void,
): Promise<T> {
  try {
    return await new Promise<T>((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      // Where the server said why, the answer follows in this turn.
      const ended = () => setImmediate(() => reject(new Error("the connection was closed")));
      connection.once("error", reject).once("end", ended);
      start((error, result) => {
        signal.removeEventListener("abort", abort);
        connection.off("error", reject).off("end", ended);
        if (error) reject(error);
        else resolve(result as T);
      });
    });
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A mail as the connection reads it, and how far it has. */
function readOnce(message: Buffer) {
  let begun = false;
  let complete = false;
  function* pieces() {
    begun = true;
    for (let at = 0; at < message.length; at += pieceBytes) {
      yield message.subarray(at, at + pieceBytes);
    }
    complete = true;
  }
  const stream = Readable.from(pieces(), { objectMode: false, highWaterMark: pieceBytes });
  return { stream, begun: () => begun, complete: () => complete };
}

/** The code of the server's answer; undefined: there was none. */
export function replyOf(error: unknown): number | undefined {
  const { responseCode } = (error ?? {}) as { responseCode?: unknown };
  return typeof responseCode === "number" ? responseCode : undefined;
}

function isLost(error: unknown): boolean {
  const reply = replyOf(error);
  return reply === undefined || reply === 421;
}
