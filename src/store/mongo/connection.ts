import { type Connection, Mongoose, mongo } from "mongoose";
import { QueryTooWideError, StoreError } from "../../contracts.ts";
import { createModels, type Models } from "./models.ts";

/** A connection that is opened by its first use, and again by the next after it failed. */
export interface MongoConnection {
  /** Rejects with StoreError only: `outage` within 20 s whatever the server and its driver do. */
  use<T>(work: (models: Models, connection: Connection) => Promise<T>): Promise<T>;
  /** In words why not; undefined when the server answers. */
  health(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * The driver loses what it writes to a socket that was destroyed a moment before: it waits for a `drain` that
 * never comes (mongodb 7.9, `Connection.writeCommand`). That command never ends, or the server stays unknown for ever
 * where it was the driver's own heartbeat. So a use has a limit, and what fails for longer gets a new client.
 */
interface Patience {
  /** Longer than any command that the driver ends by itself. */
  readonly useMs: number;
  /** A client that fails every use for so long is replaced. */
  readonly clientMs: number;
}

const usualPatience: Patience = { useMs: 20_000, clientMs: 15_000 };

const clientOptions = {
  appName: "waypost",
  /** A batch counts as stored when a majority has it in its journal. Each by its own name, or the URL's would count. */
  w: "majority",
  journal: true,
  j: true,
  serverSelectionTimeoutMS: 2_000,
  connectTimeoutMS: 5_000,
  /** A frozen server is noticed by the next heartbeat, a stuck answer by the socket. */
  heartbeatFrequencyMS: 5_000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 10_000,
  maxPoolSize: 20,
  ignoreUndefined: true,
} as const;

/** Opens nothing yet. Throws when the URL is not one of MongoDB's. */
export function createMongoConnection(url: string, patience = usualPatience): MongoConnection {
  let client = createClient(url);
  let failingSince: number | undefined;
  let closed = false;
  const onFailure = (used: Client) => {
    failingSince ??= Date.now();
    if (closed || used !== client || Date.now() - failingSince < patience.clientMs) return;
    failingSince = undefined;
    client = createClient(url);
    used.close().catch(() => undefined);
  };
  const use: MongoConnection["use"] = async (work) => {
    const used = client;
    try {
      const result = await within(
        patience.useMs,
        used.open().then(() => work(used.models, used.connection)),
      );
      failingSince = undefined;
      return result;
    } catch (error) {
      const failure = toStoreError(error);
      if (isAnswer(failure)) failingSince = undefined;
      else onFailure(used);
      throw failure;
    }
  };
  return {
    use,
    health: () =>
      use(async (_models, connection) => connection.db?.command({ ping: 1 })).then(
        () => undefined,
        () => "MongoDB is not reachable",
      ),
    close: () => {
      closed = true;
      return client.close();
    },
  };
}

interface Client {
  readonly connection: Connection;
  readonly models: Models;
  /** Once; again after it failed. */
  open(): Promise<unknown>;
  close(): Promise<void>;
}

function createClient(url: string): Client {
  const mongoose = new Mongoose();
  mongoose.set({ strictQuery: "throw", sanitizeFilter: true, autoIndex: false, autoCreate: false });
  mongoose.set("bufferCommands", false);
  const connection = mongoose.createConnection();
  connection.on("error", () => undefined);
  let opening: Promise<unknown> | undefined;
  return {
    connection,
    models: createModels(connection),
    open: () => {
      opening ??= connection.openUri(url, clientOptions).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    close: () => connection.close(),
  };
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new StoreError("outage", `MongoDB did not answer within ${ms / 1_000} s`));
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/** The server is there, and said no. */
function isAnswer(failure: StoreError): boolean {
  return failure.verdict === "refused" || failure instanceof QueryTooWideError;
}

/** Server codes that say: this document, never. All others may pass. */
const refusals = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  15, // Overflow: nested too deep
  22, // InvalidBSON
  28, // PathNotViable
  52, // DollarPrefixedFieldName
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  10334, // BSONObjectTooLarge
  17280, // KeyTooLong
  17419, // the updated document is too large
  17420,
]);

/** `refused` only when a document is at fault; what is not known to be is an outage, and is tried again. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (isTimeLimit(error)) return new QueryTooWideError([], { cause: error });
  const refused = isRefusal(error);
  const what = refused ? "MongoDB will never take this" : "MongoDB cannot be used now";
  const message = `${what} (${causeOf(error)})`;
  return new StoreError(refused ? "refused" : "outage", message, { cause: error });
}

/** The class and the code: the text may quote a document. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = error instanceof mongo.MongoServerError ? ` ${error.code}` : "";
  return `${error.name}${code}`;
}

/** MaxTimeMSExpired. */
function isTimeLimit(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 50;
}

function isRefusal(error: unknown): boolean {
  if (error instanceof mongo.BSON.BSONError || error instanceof RangeError) return true;
  if (error instanceof mongo.MongoInvalidArgumentError) return true;
  if (!(error instanceof mongo.MongoServerError)) return false;
  return typeof error.code === "number" && refusals.has(error.code);
}
