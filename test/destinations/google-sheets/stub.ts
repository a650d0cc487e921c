import { createVerify, generateKeyPairSync } from "node:crypto";
import type { RawOptions } from "../../../src/destinations/google-sheets/options.ts";
import { type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { json, Refusal } from "./answers.ts";
import { createGrid, type Grid } from "./grid.ts";
import { createValues } from "./values.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const email = "waypost@acme-test.iam.gserviceaccount.com";
export const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
export const spreadsheetId = "1AbC-invented_id";
const scope = "https://www.googleapis.com/auth/spreadsheets";

export interface SheetsStub {
  readonly stub: Stub;
  /** Options of a destination that writes here. */
  readonly options: RawOptions;
  readonly grids: Grid[];
  /** The sheet "Messages". */
  readonly grid: Grid;
  /** What is asked of Google, without tokens, by method and the end of the path. */
  calls(): string[];
  tokens: { issued: number; refuse?: StubAnswer };
  /** Takes none of the tokens issued so far. */
  revoke(): void;
  /** Who may edit; the API of the project is enabled. */
  may: { edit: boolean; use: boolean };
  limits: { cells: number; writesPerMinute: number; readsPerMinute: number };
  close(): Promise<void>;
}

/** The part of Google's token endpoint and of the Sheets API v4 that is used, with a state. Faults hit `:append` alone unless told. */
export async function startSheetsStub(
  now: () => number = Date.now,
  acts: (request: StubRequest) => boolean = ({ path }) => path.includes(":append"),
): Promise<SheetsStub> {
  const grids = [createGrid("Overview"), createGrid("Messages")];
  const limits = { cells: 10_000_000, writesPerMinute: 60, readsPerMinute: 60 };
  const may = { edit: true, use: true };
  const tokens: SheetsStub["tokens"] = { issued: 0 };
  let revoked = 0;
  const values = createValues({ spreadsheetId, grids, limits });
  const quota = createQuota(limits, now);
  const act = (request: StubRequest): StubAnswer => {
    try {
      if (request.path === "/token") return issue(tokens, request, stub.url);
      authorize(request, tokens.issued, revoked);
      if (!may.use) throw new Refusal(403, "PERMISSION_DENIED", disabled, "SERVICE_DISABLED");
      quota(request.method === "GET" ? "read" : "write");
      if (!may.edit && request.method !== "GET") {
        throw new Refusal(403, "PERMISSION_DENIED", "The caller does not have permission");
      }
      return values(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
  const stub = await startStub(act, acts);
  const credentials = {
    type: "service_account",
    client_email: email,
    private_key: privateKeyPem,
    private_key_id: "invented-key-id",
    token_uri: `${stub.url}/token`,
  };
  return {
    ...{ stub, grids, limits, may, tokens },
    grid: grids[1] as Grid,
    options: {
      credentials: JSON.stringify(credentials),
      spreadsheet: spreadsheetId,
      sheet: "Messages",
      columns: {
        Time: "{{ event.time }}",
        Name: "{{ contact.name }}",
        Text: "{{ message | text }}",
      },
      baseUrl: stub.url,
    },
    calls: () =>
      stub.requests.flatMap(({ method, path }) => {
        const [way = ""] = decodeURIComponent(path.split("?")[0] ?? "")
          .split(spreadsheetId)
          .slice(1);
        return path === "/token" ? [] : [`${method} ${way.replace("/values/", "")}`];
      }),
    revoke: () => {
      revoked = tokens.issued;
    },
    close: () => stub.close(),
  };
}

const disabled =
  "Google Sheets API has not been used in project 4711 before or it is disabled. Enable it by visiting https://console.developers.google.com/.";

/** RFC 7523 as Google describes it (developers.google.com/identity/protocols/oauth2/service-account). */
function issue(tokens: SheetsStub["tokens"], { body }: StubRequest, url: string): StubAnswer {
  const form = new URLSearchParams(body);
  const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const told = JSON.parse(Buffer.from(claims, "base64url").toString() || "{}");
  const isSigned = createVerify("RSA-SHA256")
    .update(`${head}.${claims}`)
    .verify(publicKey, signature, "base64url");
  const isGrant = form.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const isOurs = told.iss === email && told.aud === `${url}/token` && told.scope === scope;
  const isShort = told.exp - told.iat <= 3_600 && told.exp > told.iat;
  if (tokens.refuse) return tokens.refuse;
  if (!isGrant || !isSigned || !isOurs || !isShort) {
    return json(400, { error: "invalid_grant", error_description: "Invalid JWT Signature." });
  }
  tokens.issued += 1;
  const access_token = `ya29.invented-${tokens.issued}`;
  return json(200, { access_token, expires_in: 3_599, token_type: "Bearer" });
}

function authorize({ headers }: StubRequest, issued: number, revoked: number): void {
  const number = Number(/^Bearer ya29\.invented-(\d+)$/.exec(headers.authorization ?? "")?.[1]);
  if (number > revoked && number <= issued) return;
  throw new Refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
}

/** So many of each a minute; full minutes, as Google refills them. */
function createQuota(limits: SheetsStub["limits"], now: () => number) {
  const used = new Map<string, number>();
  return (kind: "read" | "write") => {
    const key = `${kind} ${Math.floor(now() / 60_000)}`;
    const count = (used.get(key) ?? 0) + 1;
    used.set(key, count);
    const most = kind === "read" ? limits.readsPerMinute : limits.writesPerMinute;
    if (count <= most) return;
    const name = kind === "read" ? "Read" : "Write";
    const message = `Quota exceeded for quota metric '${name} requests' and limit '${name} requests per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:4711'.`;
    throw new Refusal(429, "RESOURCE_EXHAUSTED", message, "RATE_LIMIT_EXCEEDED");
  };
}
