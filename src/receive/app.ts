import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type ErrorRequestHandler, type Express, type Response } from "express";
import { NotDurableError } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import { createBodyTaker, type NotTaken } from "./body.ts";
import type { Durable } from "./durability.ts";
import { answerMediaLink, type FindLinked, mediaPath } from "./media-links.ts";
import type { PostParser } from "./post-parser.ts";
import { createMeta, type Sender } from "./sender.ts";
import { answerChallenge } from "./subscription.ts";

const webhookPath = "/webhooks/whatsapp";
/** `/hooks/<name>`. What is no name is not found, before anything of it is decoded. */
const hookPath = /^\/hooks\/([\w-]{1,64})$/;
/** Meta has its own schedule; this is for load balancers and people. */
const retryAfterSeconds = 5;
/** How long the rest of a refused body is thrown away, so that the answer is read before the socket closes. */
const lingerMs = 1_000;

const codes = { "too large": 413, encoded: 415, busy: 503, broken: 400 } as const satisfies Record<
  NotTaken,
  number
>;

export interface ReceiveAppOptions {
  /** App secrets; any of them may have signed. */
  readonly secrets: readonly string[];
  /** Is told the place of the secret that a POST was signed with. */
  readonly secretUsed?: (place: number) => void;
  readonly verifyTokens: readonly string[];
  readonly maxBodyBytes: number;
  readonly durable: Pick<Durable, "publish">;
  readonly parser: PostParser;
  /** Who may POST to `/hooks/<name>`, as it is at the moment. Nobody unless told. */
  readonly sources?: (name: string) => Sender | undefined;
  /** Absent: there are no links to files. */
  readonly findLinked?: FindLinked;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The public endpoint. Only here a status is picked. */
export function createReceiveApp(options: ReceiveAppOptions): Express {
  const { secrets, verifyTokens } = options;
  if ([...secrets, ...verifyTokens].includes("")) throw new TypeError("an empty secret is none");
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.enable("case sensitive routing").enable("strict routing");
  const receive = createReceive(options);
  const meta = createMeta(options);
  app.all(webhookPath, (request, response) => {
    if (request.method === "POST") return receive(meta, request, response);
    if (request.method !== "GET") return response.status(405).set("Allow", "GET, POST").end();
    const challenge = answerChallenge(request.query, verifyTokens);
    if (challenge === undefined) return response.status(403).end();
    return response.type("text/plain").set("X-Content-Type-Options", "nosniff").send(challenge);
  });
  app.all(hookPath, (request, response, next) => {
    const source = options.sources?.(String(request.params["0"]));
    if (source === undefined) return next();
    if (request.method === "POST") return receive(source, request, response);
    return response.status(405).set("Allow", "POST").end();
  });
  if (options.findLinked) app.all(mediaPath, answerMediaLink(options.findLinked));
  app.use((_request, response) => void response.status(404).end());
  app.use(createErrorHandler(options.log));
  return app;
}

/** Verify, parse, normalize, publish, answer. 200 means durable. */
function createReceive({ durable, log, maxBodyBytes }: ReceiveAppOptions) {
  const bodies = createBodyTaker(maxBodyBytes);

  return async (sender: Sender, request: IncomingMessage, response: Response): Promise<void> => {
    const { metrics } = sender;
    const clock = metrics.start();
    const stamp = { postId: newPostId(), receivedAt: new Date().toISOString() };
    const answer = (code: number) => {
      metrics.answered(code);
      response.status(code).end();
    };
    try {
      const bytes = await bodies.take(request);
      if (typeof bytes === "string") {
        metrics.answered(codes[bytes]);
        answerEarly(request, response, codes[bytes]);
        return;
      }
      clock.lap("read");

      const body = sender.verify(bytes, request);
      if (typeof body === "string") {
        metrics.unauthorized(body);
        sender.warnUnauthorized(body);
        answer(401);
        return;
      }
      clock.lap("verify");

      const post = await sender.parse(body, stamp, request);
      clock.lap("split");

      await durable.publish(post.events);
      clock.lap("publish");

      metrics.durable(post);
      answer(200);
      clock.stop();
    } catch (error) {
      if (!(error instanceof NotDurableError)) throw error;
      log.debug("a POST is not durable", { postId: stamp.postId, error });
      response.setHeader("Retry-After", retryAfterSeconds);
      answer(503);
    } finally {
      bodies.release(request);
    }
  };
}

/** Follows one POST through receive, spool and bus. */
function newPostId(): string {
  return `pst_${randomUUID().replaceAll("-", "")}`;
}

/** For a body that is not read to its end: the connection cannot go on. */
function answerEarly(request: IncomingMessage, response: ServerResponse, code: number): void {
  if (code === 503) response.setHeader("Retry-After", retryAfterSeconds);
  response.writeHead(code, { connection: "close", "content-length": 0 });
  response.flushHeaders();
  const end = () => {
    clearTimeout(timer);
    response.end(() => request.destroy());
  };
  // Where there is too much to do already, the rest is not even thrown away.
  const timer = setTimeout(end, code === 503 ? 0 : lingerMs);
  if (code !== 503) request.once("end", end).once("close", end).resume();
}

/** A fault of ours: whoever sent it sends the POST again, perhaps to a better version. */
function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    log.error("a request failed", { error });
    if (response.headersSent) response.destroy();
    else response.status(503).set("Retry-After", String(retryAfterSeconds)).end();
  };
}
