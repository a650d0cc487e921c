import { type KeyObject, sign } from "node:crypto";
import type { Dispatcher } from "undici";
import { DeliveryError } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { fieldsOf, jsonOf } from "../json.ts";
import { type HttpAnswer, send } from "./send.ts";
import type { FetchedToken, FetchToken } from "./token-source.ts";
import { remedyFor, statusVerdict } from "./verdicts.ts";

/** Where tokens are had; connections are the dispatcher's. */
interface TokenEndpoint {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
}

interface ClientCredentials extends TokenEndpoint {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Separated by blanks; Salesforce and Shopify take what the app was given. */
  readonly scope?: string;
}

/** RFC 6749 §4.4, with the credentials in the form: what Salesforce, Zendesk and Shopify take. */
export function clientCredentials(options: ClientCredentials): FetchToken {
  const { clientId, clientSecret, scope } = options;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    ...(scope !== undefined && { scope }),
  }).toString();
  return (signal) => askFor(options, form, signal);
}

interface JwtBearer extends TokenEndpoint {
  /** Google: the service account's address. Salesforce: the client id. */
  readonly issuer: string;
  /** In whose name: a Salesforce user; for Google, whom a service account stands in for. */
  readonly subject?: string;
  /** Google: the endpoint's address. Salesforce: https://login.salesforce.com, or that of a sandbox. */
  readonly audience: string;
  /** Google: separated by blanks. */
  readonly scope?: string;
  /** An RSA key. */
  readonly key: KeyObject;
  readonly keyId?: string;
  readonly clock?: Pick<Clock, "now">;
}

/** Salesforce takes three minutes; so much may a clock be behind. */
const assertedSeconds = 180;
/** So much may our clock be ahead: Google refuses what is issued in its future. */
const backdatedSeconds = 60;

/** RFC 7523 §2.1, signed with RS256: Google's service accounts and Salesforce. */
export function jwtBearer(options: JwtBearer): FetchToken {
  const { issuer, subject, audience, scope, clock = systemClock } = options;
  return (signal) => {
    const now = Math.floor(clock.now() / 1_000);
    const assertion = signedJwt(options, {
      iss: issuer,
      ...(subject !== undefined && { sub: subject }),
      aud: audience,
      ...(scope !== undefined && { scope }),
      iat: now - backdatedSeconds,
      exp: now + assertedSeconds,
    });
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const form = new URLSearchParams({ grant_type, assertion }).toString();
    return askFor(options, form, signal);
  };
}

function signedJwt({ key, keyId }: Pick<JwtBearer, "key" | "keyId">, claims: object): string {
  const header = { alg: "RS256", typ: "JWT", ...(keyId !== undefined && { kid: keyId }) };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

async function askFor(
  { dispatcher, url }: TokenEndpoint,
  body: string,
  signal: AbortSignal,
): Promise<FetchedToken> {
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
  };
  const answer = await send(dispatcher, { url, headers, body, signal }).catch((error: unknown) => {
    throw withoutEffect(error);
  });
  const fields = fieldsOf(jsonOf(answer.text));
  if (answer.status < 200 || answer.status > 299) throw noToken(answer, fields);
  const { access_token: token, expires_in, instance_url: apiUrl } = fields;
  if (typeof token !== "string" || token === "") {
    throw new DeliveryError(
      "config",
      "the token endpoint answered without a token: check its address",
    );
  }
  const seconds = Number(expires_in);
  const lifeMs = seconds > 0 ? seconds * 1_000 : undefined;
  return { token, lifeMs, ...(typeof apiUrl === "string" && { apiUrl }) };
}

/** Whatever became of the question, nothing was delivered. */
function withoutEffect(error: unknown): unknown {
  if (!(error instanceof DeliveryError)) return error;
  return new DeliveryError(error.verdict, `the token endpoint: ${error.message}`, { cause: error });
}

/** Codes of RFC 6749 §5.2, and of Salesforce. */
const remedies: ReadonlyMap<string, string> = new Map([
  ["invalid_client", "check the client id and its secret"],
  ["invalid_client_id", "check the client id"],
  ["invalid_grant", "the key, the user or the audience is not accepted, or this clock is wrong"],
  ["unauthorized_client", "this client may not use this grant"],
  ["unsupported_grant_type", "allow this grant in the vendor's settings of the app"],
  ["invalid_scope", "check the scopes"],
  ["invalid_request", "check the credentials"],
  ["invalid_app_access", "allow the app for this user"],
  ["inactive_user", "the user is deactivated"],
  ["inactive_org", "the account is deactivated"],
]);

/** The answer itself is left out: it may repeat what was sent. */
function noToken({ status, afterMs }: HttpAnswer, { error: code }: { error?: unknown }) {
  const known = remedies.get(String(code));
  const outage = statusVerdict(status).verdict === "outage";
  const verdict = outage && known === undefined ? "outage" : "config";
  const answered = `the token endpoint answered ${status}${known === undefined ? "" : ` ${code}`}`;
  if (verdict === "config") {
    return new DeliveryError(verdict, `${answered}: ${known ?? remedyFor(status)}`);
  }
  return new DeliveryError(verdict, answered, afterMs === undefined ? {} : { afterMs });
}
