import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { middleware as validateOpenApi } from "express-openapi-validator";
import type { StubRequest } from "./stub.ts";

/** What a vendor's specification has against a request; undefined: nothing. A path that it does not have is against it too. */
export type CheckRequest = (
  request: Pick<StubRequest, "method" | "path" | "headers">,
  body: unknown,
) => Promise<string | undefined>;

interface Asked extends IncomingMessage {
  tell(words: string | undefined): void;
}

/** One validator for each specification: it takes a second and some megabytes. */
export function checkerOf(apiSpec: object): CheckRequest {
  const app = express();
  app.use(
    ...(validateOpenApi({
      apiSpec: apiSpec as never,
      validateRequests: true,
      validateResponses: false,
      validateApiSpec: false,
    }) as never[]),
  );
  app.use((request) => (request as unknown as Asked).tell(undefined));
  const refused: ErrorRequestHandler = (error, request, _response, _next) =>
    (request as unknown as Asked).tell(String((error as Error).message));
  app.use(refused);
  return ({ method, path, headers }, body) =>
    new Promise((tell) => {
      const request = new IncomingMessage(new Socket());
      Object.assign(request, { method, url: path, headers, body, tell });
      app(request as never, new ServerResponse(request) as never);
    });
}
