import { type Request, type Response, Router } from "express";
import type { LoginCode, Sessions } from "../../contracts.ts";
import { Problem, tooManyGuesses } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";
import { seesContents } from "../masking/shown-to.ts";
import { sessionCookie } from "./authenticate.ts";
import { createGuessLimit } from "./guess-limit.ts";
import { isOwn } from "./same-origin.ts";
import { newSecret, sha256Of } from "./secrets.ts";
import { setViewer, type Viewer, viewerOf } from "./viewer.ts";
import type { WhoAsks } from "./who-asks.ts";

export interface SessionParts {
  readonly access: { readonly sessions: Sessions };
  readonly whoAsks: Pick<WhoAsks, "byToken">;
  /** NODE_ENV is `production`. */
  readonly production: boolean;
}

const sessionMs = 12 * 3_600_000;
const codeMs = 10 * 60_000;
const maxWrong = 10;

/** `/api/session`: a cookie for the console, begun with a token or with a code that works once. */
export function createSessionRoutes(parts: SessionParts): Router {
  const { access, production } = parts;
  const { sessions } = access;
  const limit = createGuessLimit(maxWrong);
  const router = Router();
  router.use(requireValidated);
  router.post("/session", async (request, response) => {
    if (!isOwn(request, true)) throw otherOrigin();
    const address = request.ip ?? "";
    if (limit.isOver(address)) throw tooManyGuesses();
    const begun = await begin(parts, request.body as Begin);
    if (begun === undefined) {
      limit.failed(address);
      throw new Problem(401, "unauthorized", "There is no such token or code.");
    }
    setViewer(response, begun.viewer);
    response.cookie(sessionCookie, begun.secret, { ...cookieOf(request), maxAge: sessionMs });
    response.json(shownOf(begun.viewer, seesContents(request, response), production));
  });
  router.get("/session", (request, response) => {
    response.json(shownOf(viewerOf(response), seesContents(request, response), production));
  });
  router.delete("/session", async (request, response) => {
    const { session } = viewerOf(response);
    if (session === undefined) {
      throw new Problem(409, "no-session", "This was asked with a token, not by a session.");
    }
    await sessions.end(session.id);
    response.clearCookie(sessionCookie, cookieOf(request));
    response.json({ ended: true });
  });
  router.post("/session/codes", async (_request, response: Response) => {
    const code = newSecret("");
    const offered = loginCode(code, viewerOf(response).token);
    await sessions.offer(offered);
    response.status(201).json({ code, expiresAt: offered.expiresAt });
  });
  return router;
}

/** A code that begins one session within 10 minutes, of the token with this SHA-256. */
export function loginCode(code: string, token: string): LoginCode {
  const expiresAt = new Date(Date.now() + codeMs).toISOString();
  return { sha256: sha256Of(code), token, expiresAt };
}

/** Of the two there is one. */
interface Begin {
  readonly token?: string;
  readonly code?: string;
}

async function begin(
  { access: { sessions }, whoAsks, production }: SessionParts,
  { token, code }: Begin,
): Promise<{ secret: string; viewer: Viewer } | undefined> {
  const offered = code === undefined ? undefined : await sessions.redeem(sha256Of(code));
  const of = code === undefined ? sha256Of(token ?? "") : offered?.token;
  const viewer = of === undefined ? undefined : await whoAsks.byToken(of);
  if (viewer === undefined) return undefined;
  const secret = newSecret("");
  const session = {
    id: sha256Of(secret),
    // Outside production the traffic is the newcomer's own.
    revealed: offered !== undefined && !production,
    expiresAt: new Date(Date.now() + sessionMs).toISOString(),
  };
  const { id: sha256, ...rest } = session;
  await sessions.begin({ sha256, token: viewer.token, ...rest });
  return { secret, viewer: { ...viewer, session } };
}

/** `Secure` wherever the browser speaks HTTPS, as a trusted proxy says. */
function cookieOf({ secure }: Request) {
  return { path: "/", httpOnly: true, sameSite: "strict", secure } as const;
}

function shownOf(viewer: Viewer, revealed: boolean, production: boolean) {
  const { name, scopes, accounts, session } = viewer;
  const ends = [viewer.expiresAt, session?.expiresAt].filter((each) => each !== undefined);
  const [expiresAt] = ends.sort();
  return {
    name,
    scopes: [...scopes],
    ...(accounts && { accounts }),
    session: session !== undefined,
    revealed,
    ...(expiresAt !== undefined && { expiresAt }),
    production,
  };
}

function otherOrigin(): Problem {
  return new Problem(403, "other-origin", "A session is begun from a page of this origin alone.");
}
