import { Option } from "commander";
import { ApiProblem, ApiUnreachable, type Client, createClient } from "../../client/client.ts";
import { ConfigError } from "../../config/config-error.ts";

/** Where the ops API is, and the token for it. */
interface OpsTarget {
  readonly url: string;
  /** Absent when none was found; the API then says what is missing. */
  readonly token?: string;
}

/** Given as `--url` and `--token`; what is not given is found in the configuration. */
export interface OpsFlags {
  readonly url?: string;
  readonly token?: string;
}

export const urlOption = new Option("--url <url>", "the ops API (default: from the configuration)");
export const tokenOption = new Option(
  "--token <token>",
  "a token for it (default: from the configuration)",
);

export type ResolveOps = (flags: OpsFlags) => OpsTarget | Promise<OpsTarget>;

/** What scripts may branch on. */
export const exitCodes = { wrong: 1, usage: 2, unreachable: 3, unauthorized: 4 } as const;

/** Ends a command: the message goes to stderr, the code to the shell. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Asks the ops API that the flags or the configuration name. Throws CommandError for what it refuses, and where nobody answers. */
export async function askOps<T>(
  flags: OpsFlags,
  resolve: ResolveOps,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  const target = await resolve(flags);
  const baseUrl = addressOf(target);
  try {
    return await ask(createClient({ baseUrl, token: target.token }));
  } catch (error) {
    if (error instanceof ApiProblem) throw refused(baseUrl, target, error);
    if (error instanceof ApiUnreachable) throw unreachable(baseUrl, error);
    throw error;
  }
}

/** Without user, password and query, so that it can be shown. */
function addressOf({ url }: OpsTarget): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new CommandError("--url must be an http or https address.");
  }
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, "");
}

function unreachable(baseUrl: string, { reason }: ApiUnreachable): CommandError {
  return new CommandError(
    `Waypost does not answer at ${baseUrl}${reason === undefined ? "" : ` (${reason})`}.\n` +
      "Start it with `waypost start` (or `waypost ops`), or say where it is: --url, OPS_HOST, OPS_PORT.",
    exitCodes.unreachable,
  );
}

/** Also a proxy may answer 404; Waypost says of what there is none. */
function isNotOpsApi({ status, type }: ApiProblem): boolean {
  return status === 404 && type !== "urn:waypost:problem:not-found";
}

/** In words and with what to do. */
function refused(baseUrl: string, target: OpsTarget, problem: ApiProblem): CommandError {
  const { status, type, message, errors } = problem;
  if (status === 401) return unauthorized(baseUrl, target);
  if (isNotOpsApi(problem)) {
    return new CommandError(
      `${baseUrl} answers, but it is not the ops API. ${message}\nSay where it is: --url, OPS_HOST, OPS_PORT.`,
      exitCodes.unreachable,
    );
  }
  // Places of waypost.yaml stand as `config check` shows them; all others read on: `limit must be an integer`.
  const colon = type === "urn:waypost:problem:reload-refused" ? ":" : "";
  const places = errors.map(
    ({ parameter = "", path = parameter, reason }) => `\n  ${path}${colon} ${reason}`,
  );
  const code = status === 400 ? exitCodes.usage : exitCodes.wrong;
  return new CommandError(`${message}${places.join("")}`, code);
}

function unauthorized(baseUrl: string, { token }: OpsTarget): CommandError {
  const what = token === undefined ? "wants a token, and none was found" : "refused the token";
  return new CommandError(
    `${baseUrl} ${what}.\n` +
      "It is one of OPS_TOKENS; where none is set, a generated one is in DATA_DIR/secrets.env (./data/secrets.env).\n" +
      "Run this in the same folder with the same environment, or pass --token.",
    exitCodes.unauthorized,
  );
}

/** Runs a command to its exit code. A closed pipe (`| head`) is a normal end. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.usage;
  }
}
