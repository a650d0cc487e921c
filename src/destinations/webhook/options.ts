import { isIP } from "node:net";
import { Webhook } from "standardwebhooks";
import { type Fail, failerOf } from "../parse-option.ts";
import { parseTls, type TlsFiles } from "../pem.ts";
import { isPublicAddress } from "../private-addresses.ts";
import { type Preset, type PresetName, presets, secretsIn } from "./presets.ts";

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly url: string;
  readonly preset?: PresetName;
  readonly format?: "event" | "meta";
  readonly secret?: string | readonly string[];
  readonly appSecret?: string;
  readonly bearer?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsFiles;
  readonly allowPrivateAddresses?: boolean;
  readonly reply?: boolean;
  readonly via?: string;
}

/** Of one destination. */
export type WebhookOptions = ReturnType<typeof parseWebhookOptions>;

/** Throws OptionError. */
export function parseWebhookOptions(name: string, raw: RawOptions) {
  const fail: Fail = failerOf(name);
  const { format = "event", appSecret, basic, bearer, allowPrivateAddresses = false } = raw;
  if (format === "meta" && appSecret === undefined) {
    fail("appSecret", "is missing", "format: meta is signed with it, as Meta does");
  }
  const secrets = raw.secret === undefined ? [] : [raw.secret].flat();
  const url = parseTarget(raw.url, allowPrivateAddresses, fail);
  const preset = parsePreset(raw, fail);
  return {
    url,
    /** `flat`: of a preset. */
    format: preset === undefined ? format : ("flat" as const),
    preset,
    signers: secrets.map((each) => signerOf(each, fail)),
    appSecret,
    /** Lower-case names; authorization among them. */
    headers: { ...(raw.reply && { accept: "application/json" }), ...parseHeaders(raw, fail) },
    tls: parseTls(raw.tls ?? {}, fail),
    allowPrivateAddresses,
    /** Of a bot: who sends its replies. */
    via: parseVia(raw, fail),
    /** Never to be shown. */
    secrets: [
      ...secrets,
      ...(preset === undefined ? [] : secretsIn(url)),
      ...Object.values(raw.headers ?? {}),
      ...[appSecret, bearer, basic?.password].filter((each) => each !== undefined),
      ...(basic ? [`${basic.username}:${basic.password}`] : []),
    ],
  };
}

function parsePreset({ preset, format, reply }: RawOptions, fail: Fail): Preset | undefined {
  if (preset === undefined) return undefined;
  if (format !== undefined)
    fail("format", "is said by the preset", "Keep one of format and preset");
  const known = presets[preset];
  if (reply && !known.answers) {
    fail(
      "reply",
      "is not for Zapier, which answers before a Zap runs",
      "Remove it, or use make or n8n",
    );
  }
  return known;
}

/** The configuration finds it where there is one sender only. */
function parseVia({ reply = false, via, format }: RawOptions, fail: Fail): string | undefined {
  if (!reply) return undefined;
  if (format === "meta") {
    fail("format", "is not for a bot, which is sent events", "Remove it, or reply: true");
  }
  return via ?? fail("via", "is missing", "Name the destination of kind whatsapp-reply that sends");
}

function parseTarget(text: string, inside: boolean, fail: Fail): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return fail("url", "is not an address", "Write e.g. https://erp.example/hooks");
  }
  if (url.username !== "" || url.password !== "") {
    fail("url", "holds a user name or password", "Use basic: { username, password }");
  }
  url.hash = "";
  if (inside) return url;
  const private_ = "or set allowPrivateAddresses: true for a target inside";
  if (url.protocol !== "https:") fail("url", "is not https", `Use https, ${private_}`);
  if (url.port !== "" && url.port !== "8443") {
    fail("url", "has an unusual port", `Use 443 or 8443, ${private_}`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) > 0 && !isPublicAddress(host)) {
    fail("url", "is a private address", `Use a public one, ${private_}`);
  }
  return url;
}

function signerOf(secret: string, fail: Fail): Webhook {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ""), "base64").length;
  try {
    if (bytes >= 24 && bytes <= 64) return new Webhook(secret);
  } catch {
    // Not base64: told below.
  }
  return fail(
    "secret",
    "is not a Standard Webhooks secret",
    "It is whsec_ and the base64 of 24 to 64 random bytes; openssl rand -base64 32 makes one",
  );
}

/** These are Waypost's own or the connection's. */
const reserved =
  /^(webhook-|x-hub-signature|host$|content-length$|transfer-encoding$|connection$|keep-alive$|upgrade$|expect$|te$|trailer$)/;

function parseHeaders({ headers = {}, bearer, basic }: RawOptions, fail: Fail) {
  const all: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (reserved.test(name)) fail(`headers.${given}`, "is set by Waypost", "Remove it");
    all[name] = value;
  }
  const ways = [bearer, basic, all["authorization"]].filter((each) => each !== undefined);
  if (ways.length > 1) {
    fail("", "has several authorizations", "Keep one of bearer, basic and headers.authorization");
  }
  if (bearer !== undefined) all["authorization"] = `Bearer ${bearer}`;
  if (basic) {
    const pair = Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
    all["authorization"] = `Basic ${pair}`;
  }
  if (/[^\t\x20-\x7e]/.test(all["authorization"] ?? "")) {
    fail("bearer", "holds a line break or a letter that no header can", "Check the secret");
  }
  return all;
}
