import type { Request } from "express";
import type { ApiDocument, Operation, Parameter } from "../api-document.ts";
import { matchOf, operationOf } from "../http/matched.ts";
import { Problem } from "../http/problem.ts";
import { resolve } from "./contracts.ts";
import { wasPseudonym } from "./opened.ts";
import { isOwnId } from "./pseudonyms.ts";
import type { Schema } from "./schema.ts";

/** A value by which is asked, and of what kind the contract says that it is. */
interface Asked {
  readonly name: string;
  readonly kind: string;
  readonly value: string;
}

/**
 * Who may not see contents may not ask by them either: by a phone or a word, answers tell of a person what they do not show. Throws a
 * Problem that names the parameters. Pseudonyms are taken, and Waypost's own ids.
 */
export function refuseOracles(request: Request, api: ApiDocument): void {
  const operation = operationOf(api, request);
  if (operation === undefined) return;
  const asked = [...byParameters(request, operation, api), ...byBody(request, operation, api)];
  const refused = asked.filter((each) => !mayAsk(request, each));
  if (refused.length === 0) return;
  throw new Problem(403, "missing-scope", "This needs the scope content.", {
    detail:
      "Who is answered only for the right phone or words learns them. Without that scope, ask by the pseudonyms that answers show, or by ctc_….",
    errors: refused.map(({ name }) => ({
      parameter: name,
      reason: "is a filter on what people wrote or who they are",
    })),
  });
}

function mayAsk(request: Request, { kind, value }: Asked): boolean {
  switch (kind) {
    case "event":
    case "delivery":
    case "cursor":
      return true;
    case "person":
      return /^ctc_[A-Za-z0-9_-]{1,64}$/.test(value);
    case "text":
      return false;
    case "anything":
      return isOwn(value) || wasPseudonym(request, value);
    default:
      return isOwnId(value) || wasPseudonym(request, value);
  }
}

/** An id of ours, or that of a delivery of an event of ours. */
function isOwn(value: string): boolean {
  const text = value.trim();
  return (
    isOwnId(text) || isOwnId(/^[a-z0-9-]{1,64}:([a-z]+_[a-z0-9]+)(?::|$)/.exec(text)?.[1] ?? "")
  );
}

function byParameters(request: Request, { parameters = [] }: Operation, api: ApiDocument): Asked[] {
  return parameters.flatMap((given) => {
    const parameter = given.$ref === undefined ? given : resolve<Parameter>(api, given.$ref);
    const { name, in: place, "x-mask": kind } = parameter;
    const values: Readonly<Record<string, unknown>> =
      place === "path" ? matchOf(request).pathParams : request.query;
    const value = values[name];
    return kind === undefined || typeof value !== "string" ? [] : [{ name, kind, value }];
  });
}

function byBody(request: Request, { requestBody }: Operation, api: ApiDocument): Asked[] {
  const schema = requestBody?.content?.["application/json"]?.schema;
  return schema === undefined ? [] : within(request.body, schema, api, "");
}

function within(value: unknown, schema: Schema, api: ApiDocument, name: string): Asked[] {
  if (schema.$ref !== undefined) return within(value, resolve<Schema>(api, schema.$ref), api, name);
  const kind = schema["x-mask"];
  if (typeof value === "string") return kind === undefined ? [] : [{ name, kind, value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
    within(
      (value as Record<string, unknown>)[key],
      inner,
      api,
      name === "" ? key : `${name}.${key}`,
    ),
  );
}
