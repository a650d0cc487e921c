import type { Request, RequestHandler, Response } from "express";
import { tooManyGuesses, unauthorized } from "../http/problem.ts";
import { createGuessLimit } from "./guess-limit.ts";
import { refuseForeign } from "./same-origin.ts";
import { sha256Of } from "./secrets.ts";
import { setViewer, type Viewer, viewerOf } from "./viewer.ts";
import type { WhoAsks } from "./who-asks.ts";

export const sessionCookie = "waypost_session";

/** Ten a second: a client with an old token is told so, not shut out. */
const maxWrong = 600;
const rightFor = 10_000;
const lookMs = 2_000;

export interface Authentication {
  readonly handler: RequestHandler;
  /** For answers that take long: calls `end` within seconds when who asks may ask no more. Answers with what stops it. */
  whileAllowed(response: Response, end: (why: string) => void): () => void;
}

/**
 * Lets a request pass that carries a token or a session that is known, and says whose it is; all others get the same 401. Only to
 * begin a session nobody must have said who they are, and to ask whether they have.
 */
export function createAuthentication(whoAsks: WhoAsks): Authentication {
  const limit = createGuessLimit(maxWrong);
  const right = new Set<string>();
  const find = async (request: Request, given: Given): Promise<Viewer | undefined> => {
    const address = request.ip ?? "";
    const known = whoAsks.isConfigured(given.sha256) || right.has(given.sha256);
    if (limit.isOver(address) && !known) throw tooManyGuesses();
    const viewer = await look(whoAsks, given);
    if (viewer === undefined) {
      limit.failed(address);
      right.delete(given.sha256);
    } else {
      if (right.size >= rightFor) right.clear();
      right.add(given.sha256);
    }
    return viewer;
  };
  return {
    handler: async (request, response, next) => {
      if (request.method === "POST" && request.path === "/session") return next();
      const given = givenIn(request);
      const viewer = given && (await find(request, given));
      if (given === undefined || viewer === undefined) return answerNobody(request, response);
      if (given.by === "session") refuseForeign(request);
      // What the validator looks for. Where there are no cookies at all it throws a TypeError, whose text costs V8 half a millisecond.
      request.cookies = given.by === "session" ? { [sessionCookie]: "given" } : {};
      setViewer(response, viewer);
      next();
    },
    whileAllowed(response, end) {
      const { session, token } = viewerOf(response);
      const given: Given =
        session === undefined
          ? { by: "token", sha256: token }
          : { by: "session", sha256: session.id };
      const timer = setInterval(async () => {
        // A store that does not answer has revoked nothing.
        const viewer = await look(whoAsks, given).catch(() => "unknown" as const);
        if (viewer === undefined) end("the token or the session is over");
      }, lookMs);
      return () => clearInterval(timer);
    },
  };
}

/** The console asks whether it is logged in, where a browser would show a 401 as an error. Throws the 401 for all else. */
function answerNobody({ method, path, headers }: Request, response: Response): void {
  const asksWho = method === "GET" && path === "/session" && headers.authorization === undefined;
  if (!asksWho) throw unauthorized();
  response.json({ session: null });
}

interface Given {
  readonly by: "token" | "session";
  readonly sha256: string;
}

function look(whoAsks: WhoAsks, { by, sha256 }: Given): Promise<Viewer | undefined> {
  return by === "token" ? whoAsks.byToken(sha256) : whoAsks.bySession(sha256);
}

/** A token goes before a cookie, which a browser sends by itself. */
function givenIn({ headers }: Request): Given | undefined {
  if (headers.authorization !== undefined) {
    const secret = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization)?.[1];
    return secret === undefined ? undefined : { by: "token", sha256: sha256Of(secret) };
  }
  const cookies = (headers.cookie ?? "").split(";").map((each) => each.trim());
  const secrets = cookies
    .filter((each) => each.startsWith(`${sessionCookie}=`))
    .map((each) => each.slice(sessionCookie.length + 1));
  const [secret, ...others] = secrets;
  // Of two, one was planted by another page of the host.
  if (secret === undefined || others.length > 0) return undefined;
  return { by: "session", sha256: sha256Of(secret) };
}
