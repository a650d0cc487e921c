import { createPrivateKey, type KeyObject } from "node:crypto";
import { OptionError } from "../destination-kind.ts";
import { defaultColumns } from "./schema.ts";

/** Who writes: a service account, as its key file describes it. */
interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string | undefined;
  readonly tokenUrl: URL;
}

export interface SheetsOptions {
  readonly account: ServiceAccount;
  /** Its id. */
  readonly spreadsheet: string;
  readonly sheet: string;
  /** Header → template, in the order of a new header row. */
  readonly columns: Readonly<Record<string, string>>;
  readonly idColumn: string;
  readonly baseUrl: URL;
  /** Never to be shown. */
  readonly secrets: readonly string[];
}

interface KeyFile {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri?: string;
}

type Fail = (option: string, problem: string, remedy: string) => never;

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly credentials: string | KeyFile;
  readonly spreadsheet: string;
  readonly sheet?: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly idColumn?: string;
  readonly baseUrl?: string;
}

/** Throws OptionError. */
export function parseSheetsOptions(name: string, raw: RawOptions): SheetsOptions {
  const fail: Fail = (option, problem, remedy) => {
    throw new OptionError(name, option, { problem, remedy });
  };
  const file = readKeyFile(raw.credentials, fail);
  const { columns = defaultColumns, idColumn = "Event id" } = raw;
  const headers = [...Object.keys(columns), idColumn].map((header) => header.trim());
  const twice = headers.find((header, at) => headers.indexOf(header) !== at);
  if (twice !== undefined) {
    const option = twice === idColumn.trim() ? "idColumn" : "columns";
    fail(option, "names a column that is named already", "Give each column a header of its own");
  }
  return Object.freeze({
    account: accountOf(file, fail),
    spreadsheet: spreadsheetId(raw.spreadsheet, fail),
    sheet: raw.sheet ?? "Messages",
    columns: Object.fromEntries(
      Object.entries(columns).map(([header, template]) => [header.trim(), template]),
    ),
    idColumn: idColumn.trim(),
    baseUrl: urlOf(raw.baseUrl ?? "https://sheets.googleapis.com", "baseUrl", fail),
    secrets: [file.private_key],
  });
}

const download =
  "Google Cloud, IAM & Admin, Service Accounts, Keys, Add key: copy the whole JSON file that it downloads";

function readKeyFile(given: string | KeyFile, fail: Fail): KeyFile {
  const file = typeof given === "string" ? parsed(given, fail) : given;
  const { client_email, private_key } = file;
  if (typeof client_email !== "string" || typeof private_key !== "string") {
    fail("credentials", "are not those of a service account", download);
  }
  return file as KeyFile;
}

function parsed(text: string, fail: Fail): Partial<KeyFile> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below: the parser's own words would repeat a part of the key.
  }
  return fail("credentials", "are not JSON", download);
}

function accountOf(file: KeyFile, fail: Fail): ServiceAccount {
  return {
    email: file.client_email,
    key: keyOf(file.private_key, fail),
    keyId: file.private_key_id,
    tokenUrl: urlOf(
      file.token_uri ?? "https://oauth2.googleapis.com/token",
      "credentials.token_uri",
      fail,
    ),
  };
}

/** Files of variables often hold the line breaks as the two characters \n. */
function keyOf(pem: string, fail: Fail): KeyObject {
  try {
    const key = createPrivateKey(pem.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // Told below.
  }
  return fail("credentials", "hold a private key that cannot be read", download);
}

function spreadsheetId(text: string, fail: Fail): string {
  const id = /\/spreadsheets\/d\/([\w-]+)/.exec(text)?.[1] ?? text.trim();
  if (/^[\w-]+$/.test(id)) return id;
  return fail(
    "spreadsheet",
    "is neither an id nor an address of a spreadsheet",
    "Copy what stands between /d/ and /edit in the browser",
  );
}

function urlOf(text: string, option: string, fail: Fail): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  return fail(option, "is not an address", "Write e.g. https://sheets.googleapis.com");
}
