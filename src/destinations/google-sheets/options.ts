import { createPrivateKey, type KeyObject } from "node:crypto";
import { type Fail, failerOf, parseAddress } from "../parse-option.ts";
import { defaultColumns } from "./schema.ts";

/** Who writes: a service account, as its key file describes it. */
interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string | undefined;
  readonly tokenUrl: URL;
}

interface KeyFile {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri?: string;
}

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly credentials: string | KeyFile;
  readonly spreadsheet: string;
  readonly sheet?: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly idColumn?: string;
  readonly baseUrl?: string;
}

const api = "https://sheets.googleapis.com";
const tokens = "https://oauth2.googleapis.com/token";

/** Of one destination, frozen. */
export type SheetsOptions = ReturnType<typeof parseSheetsOptions>;

/** Throws OptionError. */
export function parseSheetsOptions(name: string, raw: RawOptions) {
  const fail: Fail = failerOf(name);
  const file = readKeyFile(raw.credentials, fail);
  const { columns = defaultColumns, idColumn = "Event id" } = raw;
  const headers = [...Object.keys(columns), idColumn].map((header) => header.trim());
  const twice = headers.find((header, at) => headers.indexOf(header) !== at);
  if (twice !== undefined) {
    const option = twice === idColumn.trim() ? "idColumn" : "columns";
    fail(option, "names a column that is named already", "Give each column a header of its own");
  }
  return Object.freeze({
    account: accountOf(name, file, fail),
    /** Its id. */
    spreadsheet: spreadsheetId(raw.spreadsheet, fail),
    sheet: raw.sheet ?? "Messages",
    /** Header → template, in the order of a new header row. */
    columns: Object.fromEntries(
      Object.entries(columns).map(([header, template]) => [header.trim(), template]),
    ),
    idColumn: idColumn.trim(),
    baseUrl: parseAddress(name, raw.baseUrl ?? api, api),
    /** Never to be shown. */
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

function accountOf(name: string, file: KeyFile, fail: Fail): ServiceAccount {
  return {
    email: file.client_email,
    key: keyOf(file.private_key, fail),
    keyId: file.private_key_id,
    tokenUrl: parseAddress(name, file.token_uri ?? tokens, api, "credentials.token_uri"),
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
