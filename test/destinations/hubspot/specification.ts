import { existsSync, readFileSync } from "node:fs";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { resolve } from "node:path";
import express, { type ErrorRequestHandler } from "express";
import { middleware as validateOpenApi } from "express-openapi-validator";
import type { StubRequest } from "../stub.ts";

/** HubSpot's own files are not licensed for a copy: they are used where they lie beside the project, or where this says. */
const folder = resolve(process.env["VENDOR_SPECS"] ?? "../shared/specs");
const names = ["contacts", "communications", "notes", "tickets", "deals"] as const;
const fileOf = (name: string) => `${folder}/hubspot-${name}-2026-03.json`;

export const hasSpecification = names.every((name) => existsSync(fileOf(name)));

/** What the vendor's specification has against a request; undefined: nothing, or it does not know such requests. */
export type CheckRequest = (
  request: StubRequest,
  body: Record<string, unknown>,
) => Promise<string | undefined>;

let loaded: Promise<CheckRequest> | undefined;

/** undefined: it is not there. Loaded once, which takes a second. */
export async function loadSpecification(): Promise<CheckRequest | undefined> {
  if (!hasSpecification) return undefined;
  loaded ??= load();
  return loaded;
}

interface Specification {
  readonly paths: Record<string, Record<string, object>>;
  readonly components: { readonly schemas: Record<string, object> };
}

async function load(): Promise<CheckRequest> {
  const apps = new Map(
    names.map((name) => {
      const file = JSON.parse(readFileSync(fileOf(name), "utf8")) as Specification;
      return [name === "deals" ? "0-3" : name, appFor(pruned(file))] as const;
    }),
  );
  return async ({ method, path, headers }, body) => {
    const [, type = ""] = /^\/crm\/objects\/2026-03\/([^/?]+)/.exec(path) ?? [];
    const app = (apps as ReadonlyMap<string, ReturnType<typeof appFor>>).get(type);
    if (app === undefined) return undefined;
    const request = Object.assign(new IncomingMessage(new Socket()), {
      method,
      url: path,
      headers,
      body,
    });
    const response = new ServerResponse(request);
    return new Promise((resolved) => {
      Object.assign(request, { resolved });
      app(request as never, response as never);
    });
  };
}

/** Only the calls that are made here; who may make them is checked by the stub. */
function pruned({ paths, components }: Specification) {
  const used =
    /^\/crm\/objects\/2026-03\/[^/{]+(\/(search|batch\/(read|archive)|gdpr-delete|\{\w+Id\}))?$/;
  const kept = Object.entries(paths).filter(([path]) => used.test(path));
  for (const [, operations] of kept) {
    for (const operation of Object.values(operations)) {
      Object.assign(operation, { security: [], responses: { default: { description: "" } } });
    }
  }
  const { schemas } = components;
  for (const schema of Object.values(schemas)) close(schema);
  return {
    openapi: "3.0.1",
    info: { title: "HubSpot", version: "2026-03" },
    paths: Object.fromEntries(kept),
    components: { schemas },
  };
}

/** A key that the schema does not name is a mistake, and the files leave `example: null` where they have none. */
function close(schema: object): void {
  const open = schema as Record<string, unknown>;
  delete open["example"];
  if (open["type"] === "object" && open["properties"] && !open["additionalProperties"]) {
    open["additionalProperties"] = false;
  }
  for (const inner of Object.values(open)) {
    if (typeof inner === "object" && inner !== null) close(inner);
  }
}

function appFor(apiSpec: object) {
  const app = express();
  app.use(
    ...(validateOpenApi({
      apiSpec: apiSpec as never,
      validateRequests: true,
      validateResponses: false,
      validateApiSpec: false,
      validateSecurity: false,
    }) as never[]),
  );
  app.use((request) => tell(request, undefined));
  const failed: ErrorRequestHandler = (error, request, _response, _next) =>
    tell(request, String((error as Error).message));
  app.use(failed);
  return app;
}

function tell(request: object, words: string | undefined): void {
  (request as { resolved: (words: string | undefined) => void }).resolved(words);
}
