import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { compilePattern, type TypePattern } from "../../event/pattern.ts";
import { milliseconds } from "../../support/duration.ts";
import { OptionError } from "../destination-kind.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { parseTicketRule } from "../ticket-rule.ts";
import { caseTemplates } from "./schema.ts";

type Scalars = Readonly<Record<string, string | number | boolean>>;

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly privateKey?: string;
  readonly username?: string;
  readonly audience?: string;
  readonly object?: "Contact" | "Lead";
  readonly externalId?: string;
  readonly create?: boolean;
  readonly match?: readonly string[];
  readonly country?: string;
  readonly phoneField?: string;
  readonly name?: "ifEmpty" | "always" | "never";
  readonly fields?: Scalars;
  readonly update?: Scalars;
  readonly duplicates?: "allow" | "block";
  readonly log?: "task" | "transcript";
  readonly eventId?: string;
  readonly task?: {
    readonly subject?: string;
    readonly status?: string;
    readonly fields?: Scalars;
  };
  readonly case?: RawCase;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
  readonly files?: boolean;
  readonly maxFileBytes?: number;
  readonly reserve?: number;
  readonly apiVersion?: string;
  readonly baseUrl?: string;
}

interface RawCase {
  readonly when: readonly string[];
  readonly subject?: string;
  readonly description?: string;
  readonly origin?: string;
  readonly fields?: Scalars;
  readonly reopenStatus?: string;
  readonly eventId?: string;
  readonly publicComments?: boolean;
}

/** How a token is had. */
type Grant =
  | { readonly by: "client credentials"; readonly clientSecret: string }
  | {
      readonly by: "JWT bearer";
      readonly key: KeyObject;
      readonly username: string;
      readonly audience: string;
    };

export interface CaseOptions {
  readonly opens: TypePattern;
  readonly fields: OptionTemplates;
  readonly reopenStatus: string | undefined;
  readonly eventId: string | undefined;
  readonly publicComments: boolean;
}

export interface SalesforceOptions {
  readonly loginUrl: URL;
  /** Takes the place of all addresses. */
  readonly baseUrl: URL | undefined;
  readonly clientId: string;
  readonly grant: Grant;
  readonly object: "Contact" | "Lead";
  readonly externalId: string;
  readonly create: boolean;
  readonly match: readonly string[];
  readonly country: string | undefined;
  readonly phoneField: string;
  readonly name: "ifEmpty" | "always" | "never";
  /** API names of what `fields` renders. */
  readonly fieldNames: readonly string[];
  readonly fields: OptionTemplates;
  readonly update: OptionTemplates | undefined;
  readonly duplicates: "allow" | "block";
  readonly log: "task" | "transcript";
  readonly eventId: string | undefined;
  readonly taskStatus: string;
  readonly taskFields: OptionTemplates;
  readonly case: CaseOptions | undefined;
  readonly reopenWithinMs: number;
  readonly newAfterMs: number;
  readonly files: boolean;
  readonly maxFileBytes: number;
  /** Of 1. */
  readonly reserve: number;
  readonly apiVersion: string;
  /** Never to be shown. */
  readonly secrets: readonly string[];
}

const phones = {
  Contact: ["Phone", "MobilePhone", "HomePhone", "OtherPhone"],
  Lead: ["Phone", "MobilePhone"],
};

/** Throws OptionError. */
export function parseSalesforceOptions(name: string, given: RawOptions): SalesforceOptions {
  const raw = { ...defaults, ...given };
  const { object, task, update } = raw;
  // What Salesforce's own connectors write where a lead has no company.
  const fields = { ...(object === "Lead" && { Company: "[not provided]" }), ...raw.fields };
  const { clientId, externalId, create, country, phoneField, duplicates, log, eventId } = raw;
  const { files, maxFileBytes, apiVersion } = raw;
  return Object.freeze({
    ...{ clientId, object, externalId, create, country, phoneField, name: raw.name, duplicates },
    ...{ log, eventId, files, maxFileBytes, apiVersion },
    loginUrl: addressOf(name, "loginUrl", raw.loginUrl),
    baseUrl: raw.baseUrl === undefined ? undefined : addressOf(name, "baseUrl", raw.baseUrl),
    grant: grantOf(name, raw),
    match: raw.match ?? phones[object],
    fieldNames: Object.keys(fields),
    fields: compileOption(name, "fields", fields),
    update: update && compileOption(name, "update", update),
    taskStatus: task.status ?? "Completed",
    taskFields: compileOption(name, "task", {
      ...task.fields,
      ...(task.subject !== undefined && { Subject: task.subject }),
    }),
    case: raw.case && caseOf(name, raw.case),
    ...timesOf(name, raw),
    reserve: raw.reserve / 100,
    secrets: [clientId, raw.clientSecret, raw.privateKey].filter((each) => each !== undefined),
  });
}

/** Without Cases nothing is opened again. */
function timesOf(
  name: string,
  raw: Required<Pick<RawOptions, "reopenWithin" | "newAfter">> & Pick<RawOptions, "case">,
) {
  const { reopenWithin, newAfter } = raw;
  if (raw.case !== undefined) parseTicketRule(name, { reopenWithin, newAfter });
  return { reopenWithinMs: milliseconds(reopenWithin), newAfterMs: milliseconds(newAfter) };
}

const defaults = {
  object: "Contact",
  externalId: "WhatsApp_Id__c",
  create: true,
  phoneField: "MobilePhone",
  name: "ifEmpty",
  fields: {},
  duplicates: "allow",
  log: "task",
  task: {} as NonNullable<RawOptions["task"]>,
  reopenWithin: "3d",
  newAfter: "14d",
  files: true,
  maxFileBytes: 10_000_000,
  reserve: 5,
  apiVersion: "v68.0",
} as const;

function addressOf(name: string, option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isInside = url !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url === undefined || (option === "loginUrl" && url.protocol !== "https:" && !isInside)) {
    throw new OptionError(name, option, {
      problem: "is not an address with https",
      remedy: "Write the account's My Domain, e.g. https://acme.my.salesforce.com",
    });
  }
  return url;
}

function grantOf(name: string, raw: RawOptions): Grant {
  const { clientSecret, privateKey, username, loginUrl } = raw;
  if (privateKey === undefined && clientSecret !== undefined) {
    return { by: "client credentials", clientSecret };
  }
  if (privateKey === undefined || username === undefined || clientSecret !== undefined) {
    throw new OptionError(name, "", {
      problem: "needs either clientSecret, or privateKey and username",
      remedy: "Give the External Client App's consumer secret, or the key of its certificate",
    });
  }
  const isSandbox = /\.sandbox\.|\/\/test\.salesforce\.com/.test(loginUrl);
  const usual = `https://${isSandbox ? "test" : "login"}.salesforce.com`;
  return {
    ...{ by: "JWT bearer", key: keyOf(name, privateKey), username },
    audience: raw.audience ?? usual,
  };
}

function keyOf(name: string, text: string): KeyObject {
  try {
    const key = createPrivateKey(text.includes("-----BEGIN") ? text : readFileSync(text, "utf8"));
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // Told below.
  }
  throw new OptionError(name, "privateKey", {
    problem: "is not an RSA key in PEM, nor a file with one",
    remedy: "openssl req -x509 -newkey rsa:2048 -nodes makes a key and its certificate",
  });
}

function caseOf(name: string, raw: RawCase): CaseOptions {
  const { when, fields, subject, description, origin, eventId, reopenStatus } = raw;
  const patterns = when.map((pattern) => patternOf(name, pattern));
  return {
    opens: (type) => patterns.some((matches) => matches(type)),
    fields: compileOption(name, "case", {
      ...fields,
      Subject: subject ?? caseTemplates.Subject,
      Description: description ?? caseTemplates.Description,
      Origin: origin ?? caseTemplates.Origin,
    }),
    ...{ reopenStatus, eventId, publicComments: raw.publicComments ?? false },
  };
}

function patternOf(name: string, pattern: string): TypePattern {
  try {
    return compilePattern(pattern);
  } catch {
    throw new OptionError(name, "case.when", {
      problem: "holds something that is not a type pattern",
      remedy: "Write types of events, e.g. business.handoff.requested or business.order.*",
    });
  }
}
