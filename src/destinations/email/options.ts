import { milliseconds } from "../../support/duration.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { type Fail, failerOf } from "../parse-option.ts";
import { parseTls, type TlsFiles } from "../pem.ts";
import { type MailAddress, parseAddress } from "./addresses.ts";
import { parseSmtpUrl, type SmtpAddress } from "./smtp-url.ts";

export interface EmailOptions {
  readonly server: SmtpAddress;
  readonly tls: TlsFiles;
  /** Nothing is said to the server before the connection is encrypted. */
  readonly requireTls: boolean;
  readonly oauth: OAuthOptions | undefined;
  readonly from: MailAddress;
  /** Lists of addresses. */
  readonly to: OptionTemplates;
  readonly cc: OptionTemplates;
  readonly replyTo?: OptionTemplates;
  readonly subject?: OptionTemplates;
  /** As it stands in the configuration: mails with another one are another thread. */
  readonly subjectSource: string;
  readonly text?: OptionTemplates;
  readonly html?: OptionTemplates;
  readonly newAfterMs: number;
  readonly maxAttachmentBytes: number;
  /** Never to be shown. */
  readonly secrets: readonly string[];
}

interface OAuthOptions {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export interface RawOptions {
  readonly smtp: string;
  readonly from: string;
  readonly to: string | readonly string[];
  readonly cc?: string | readonly string[];
  readonly replyTo?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly newAfter?: string;
  readonly maxAttachmentMB?: number;
  readonly oauth?: Omit<OAuthOptions, "tokenUrl" | "scope"> & {
    readonly tokenUrl: string;
    readonly scope?: string;
  };
  readonly tls?: TlsFiles;
  readonly requireTls?: boolean;
}

/** Throws OptionError. */
export function parseEmailOptions(name: string, raw: RawOptions): EmailOptions {
  const fail: Fail = failerOf(name);
  const server = parseServer(raw, fail);
  const compile = (key: "subject" | "text" | "replyTo") =>
    raw[key] !== undefined && { [key]: compileOption(name, key, raw[key]) };
  const list = (key: "to" | "cc") => {
    const entries = [raw[key] ?? []].flat();
    for (const [at, entry] of entries.entries()) checkAddress(entry, `${key}.${at}`, fail);
    return compileOption(name, key, entries);
  };
  if (raw.replyTo !== undefined) checkAddress(raw.replyTo, "replyTo", fail);
  return Object.freeze({
    ...{ server, tls: parseTls(raw.tls ?? {}, fail) },
    requireTls: raw.requireTls ?? !server.isLocal,
    oauth: parseOAuth(raw, fail),
    from: checkAddress(raw.from, "from", fail, false),
    ...{ to: list("to"), cc: list("cc") },
    ...{ ...compile("replyTo"), ...compile("subject"), ...compile("text") },
    ...(raw.html !== undefined && { html: compileOption(name, "html", raw.html, { html: true }) }),
    subjectSource: raw.subject ?? "",
    newAfterMs: milliseconds(raw.newAfter ?? "14d"),
    maxAttachmentBytes: Math.floor((raw.maxAttachmentMB ?? 10) * 1_000_000),
    secrets: [raw.smtp, server.password, raw.oauth?.clientSecret].filter(
      (each) => each !== undefined,
    ),
  });
}

function parseServer({ smtp, oauth }: RawOptions, fail: Fail): SmtpAddress {
  const server = parseSmtpUrl(smtp);
  if (server === undefined) {
    return fail("smtp", "is not an address", "Write e.g. smtp://user:password@mail.acme.example");
  }
  if ((server.user === undefined) !== (server.password === undefined) && oauth === undefined) {
    fail("smtp", "has a user without a password, or the reverse", "Give both, or oauth");
  }
  return server;
}

function parseOAuth({ smtp, oauth }: RawOptions, fail: Fail): OAuthOptions | undefined {
  if (oauth === undefined) return undefined;
  const user = parseSmtpUrl(smtp)?.user;
  if (user === undefined) {
    fail("smtp", "names no user", "With oauth write smtp://<mailbox>@smtp.office365.com:587");
  }
  if (!URL.canParse(oauth.tokenUrl)) {
    fail("oauth.tokenUrl", "is not an address", "Write it with https://");
  }
  const { scope = "https://outlook.office365.com/.default", ...rest } = oauth;
  return { ...rest, scope, tokenUrl: new URL(oauth.tokenUrl) };
}

/** Of a template only its turn tells what it gives. */
function checkAddress(text: string, option: string, fail: Fail, templates = true): MailAddress {
  const parsed = parseAddress(text);
  if (parsed !== undefined) return parsed;
  if (templates && /\{\{|\{%/.test(text)) return { name: "", address: "" };
  const problem = templates ? "is not one address" : "is not one address (it is no template)";
  return fail(option, problem, 'Write mia@acme.example, or "Mia <mia@acme.example>"');
}
