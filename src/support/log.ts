import winston from "winston";

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
  "role",
  "postId",
  "eventId",
  "eventType",
  "queue",
  "destination",
  "reason",
  "code",
  "count",
  "bytes",
  "ms",
  "attempt",
  "port",
  "path",
]);

/**
 * An error as a log may show it: class, code, and the message with URLs' credentials, queries, digit runs
 * and quoted text removed, at most 300 characters. Messages of libraries may quote what they were given.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return `${nameError(error)}: ${scrub(error.message)}`.slice(0, 300);
}

/** Class and code alone, for an error whose message may repeat what a stranger answered. */
export function nameError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code}`;
}

function scrub(text: string): string {
  return hideCredentials(text)
    .replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '"…"')
    .replace(/\b[A-Z]{2}\.[A-Za-z0-9.]{4,}/g, "…")
    .replace(/\+?\d[\d\s().-]{6,}\d/g, "…")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, " ");
}

/** Of a URL the last `@` counts, for a password may hold one, and so may it a slash. */
function hideCredentials(text: string): string {
  return text
    .replace(/\b(basic|bearer)\s+[\w+/.~-]+=*/gi, "$1 …")
    .replace(/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, "$1")
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s?#]*)[?#]\S*/gi, "$1")
    .replace(/[\w+/-]{8,}={0,2}/g, (run) => (isPair(run) ? "…" : run));
}

/** `user:password` in base64. */
function isPair(run: string): boolean {
  return /^[!-9;-~]+:[ -~]+$/.test(Buffer.from(run, "base64").toString("latin1"));
}

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
  return {
    ...wrap(logger, {}),
    close: () =>
      new Promise((resolve) => {
        logger.once("finish", () => resolve());
        logger.end();
      }),
  };
}

function wrap(logger: winston.Logger, base: LogFields): Log {
  const write = (level: string) => (message: string, fields?: LogFields) => {
    if (logger.isLevelEnabled(level)) {
      logger.log(level, {
        message: hideCredentials(message),
        ...onlyAllowed({ ...base, ...fields }),
      });
    }
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(logger, { ...base, ...fields }),
  };
}
