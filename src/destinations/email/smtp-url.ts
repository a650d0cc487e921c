import { isIP } from "node:net";

/** A mail server, as the address in `smtp` says it. */
export interface SmtpAddress {
  readonly host: string;
  readonly port: number;
  /** TLS from the start; else STARTTLS. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  /** What is said to it does not leave this machine. */
  readonly isLocal: boolean;
}

/** The last @ ends the password: Amazon's have / and + in them, which people copy as they are. */
const form =
  /^smtp(s?):\/\/(?:([^:]*)(?::(.*))?@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?\/?$/s;

/** undefined: it is no such address. User and password may be percent-encoded. */
export function parseSmtpUrl(url: string): SmtpAddress | undefined {
  const [, s, user = "", password = "", given = "", digits] = form.exec(url) ?? [];
  const host = given.replace(/^\[|\]$/g, "");
  const secure = s === "s";
  const port = Number(digits ?? (secure ? 465 : 587));
  if (s === undefined || port < 1 || port > 65_535) return undefined;
  return {
    ...{ host, port, secure, isLocal: isLoopback(host) },
    ...(user !== "" && { user: decoded(user) }),
    ...(password !== "" && { password: decoded(password) }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || /^localhost$/i.test(host);
}
