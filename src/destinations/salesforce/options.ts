import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { milliseconds } from "../../support/duration.ts";
import { OptionError } from "../destination-kind.ts";
import type { NamePolicy } from "../name-rule.ts";
import { filledByEvents } from "../not-taken.ts";
import { compileOption } from "../option-templates.ts";
import { parseTypes } from "../parse-option.ts";
import { parseTicketRule } from "../ticket-rule.ts";
import { caseTemplates } from "./schema.ts";

type Scalars = Readonly<Record<string, string | number | boolean>>;

/** What waypost.yaml need not say. */
const defaults = {
  object: "Contact" as "Contact" | "Lead",
  externalId: "WhatsApp_Id__c",
  create: true,
  phoneField: "MobilePhone",
  name: "ifEmpty" as NamePolicy,
  fields: {} as Scalars,
  duplicates: "allow" as "allow" | "block",
  log: "task" as "task" | "transcript",
  task: {} as { readonly subject?: string; readonly status?: string; readonly fields?: Scalars },
  reopenWithin: "3d",
  newAfter: "14d",
  files: true,
  maxFileBytes: 10_000_000,
  reserve: 5,
  apiVersion: "v68.0",
};

/** What it says, as the schema lets it through. */
export interface RawOptions extends Partial<Readonly<typeof defaults>> {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly privateKey?: string;
  readonly username?: string;
  readonly audience?: string;
  readonly match?: readonly string[];
  readonly country?: string;
  readonly update?: Scalars;
  readonly eventId?: string;
  readonly case?: RawCase;
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

export type CaseOptions = ReturnType<typeof caseOf>;

const phones = {
  Contact: ["Phone", "MobilePhone", "HomePhone", "OtherPhone"],
  Lead: ["Phone", "MobilePhone"],
};

/** Of one destination, frozen. */
export type SalesforceOptions = ReturnType<typeof parseSalesforceOptions>;

/** Throws OptionError. */
export function parseSalesforceOptions(name: string, given: RawOptions) {
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
    /** Takes the place of all addresses. */
    baseUrl: raw.baseUrl === undefined ? undefined : addressOf(name, "baseUrl", raw.baseUrl),
    grant: grantOf(name, raw),
    match: raw.match ?? phones[object],
    /** API names of what `fields` renders. */
    fieldNames: Object.keys(fields),
    fields: compileOption(name, "fields", fields),
    update: update && compileOption(name, "update", update),
    taskStatus: task.status ?? "Completed",
    taskFields: compileOption(name, "task", {
      ...task.fields,
      ...(task.subject !== undefined && { Subject: task.subject }),
    }),
    case: raw.case && caseOf(name, raw.case),
    /** By part of a request: the fields that an event fills, and that are not cut to fit. */
    fromEvents: {
      person: filledByEvents({ ...fields, ...update }),
      task: filledByEvents(task.fields ?? {}),
      case: filledByEvents(raw.case?.fields ?? {}),
    } as Readonly<Record<string, ReadonlySet<string>>>,
    ...timesOf(name, raw),
    /** Of 1. */
    reserve: raw.reserve / 100,
    /** Never to be shown. */
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

function caseOf(name: string, raw: RawCase) {
  const { when, fields, subject, description, origin, eventId, reopenStatus } = raw;
  return {
    opens: parseTypes(name, "case.when", when),
    fields: compileOption(name, "case", {
      ...fields,
      Subject: subject ?? caseTemplates.Subject,
      Description: description ?? caseTemplates.Description,
      Origin: origin ?? caseTemplates.Origin,
    }),
    ...{ reopenStatus, eventId, publicComments: raw.publicComments ?? false },
  };
}
