import winston from "winston";
import { describeError, hideCredentials } from "./describe-error.ts";

/**
 * What a log line may hold. An allow-list: ids Waypost or Meta made, counts, times and reasons of our own
 * wording. Never a payload, a name, a phone number, a text, a URL with a query, a header or a secret.
 */
export interface LogFields {
  readonly role?: string;
  /** Follows one POST through receive, spool and bus. */
  readonly postId?: string;
  /** Follows one event through all roles. */
  readonly eventId?: string;
  readonly eventType?: string;
  /** A replay's. */
  readonly id?: string;
  readonly queue?: string;
  readonly destination?: string;
  readonly reason?: string;
  readonly code?: string | number;
  readonly count?: number;
  readonly bytes?: number;
  readonly ms?: number;
  readonly attempt?: number;
  readonly port?: number;
  readonly path?: string;
  /** Only its class, code and our own wording are kept; see `describeError`. */
  readonly error?: unknown;
}

/** The handful of methods the rest of Waypost uses, so that a test can pass an array-backed one. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}

const allowed = new Set<string>([
  ...([
    "role",
    "postId",
    "eventId",
    "eventType",
    "id",
    "queue",
    "destination",
    "reason",
    "code",
  ] as const),
  ...(["count", "bytes", "ms", "attempt", "port", "path"] as const),
] satisfies (keyof LogFields)[]);

function onlyAllowed(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key === "error") kept["error"] = describeError(value);
    else if (key === "reason") kept[key] = hideCredentials(String(value)).slice(0, 300);
    else if (allowed.has(key)) kept[key] = typeof value === "string" ? value.slice(0, 300) : value;
  }
  return kept;
}

/** JSON lines on stderr, so that stdout stays free for banners and `--json` output. */
export function createLog(options: {
  level: string;
  stream?: NodeJS.WritableStream;
}): Log & { close(): Promise<void> } {
  const logger = winston.createLogger({
    level: options.level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream: options.stream ?? process.stderr })],
  });
  let ended = false;
  const say: Say = (level, message, base, fields) => {
    // Parts that were left behind may still speak after the end, which must not be an error.
    if (ended || !logger.isLevelEnabled(level)) return;
    logger.log(level, {
      message: hideCredentials(message),
      ...onlyAllowed({ ...base, ...fields }),
    });
  };
  return {
    ...wrap(say, {}),
    close: () =>
      new Promise((resolve) => {
        ended = true;
        logger.once("finish", () => resolve());
        logger.end();
      }),
  };
}

type Say = (level: string, message: string, base: LogFields, fields?: LogFields) => void;

function wrap(say: Say, base: LogFields): Log {
  const write = (level: string) => (message: string, fields?: LogFields) =>
    say(level, message, base, fields);
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(say, { ...base, ...fields }),
  };
}
