import { readFileSync } from "node:fs";
import { type RequestHandler, Router } from "express";
import { middleware } from "express-openapi-validator";

type Schema = { properties?: object; additionalProperties?: unknown };
type Parameter = { name?: string; allowReserved?: boolean };
type Spec = Parameters<typeof middleware>[0]["apiSpec"];

/** Zendesk's file lets unknown keys pass; Zendesk ignores them, which would hide a mistake. */
const closed = [
  "TicketCreateRequest",
  "TicketUpdateRequest",
  "TicketObject",
  "TicketCommentObject",
  "TicketFieldValueInput",
  "UserRequest",
  "UserUpdateRequest",
  "UserCreateInput",
  "UserUpdateInput",
];

/** Refuses what Zendesk's specification does not know, with the validator's words. */
function makeValidator(): RequestHandler {
  const file = new URL("./support-api.json", import.meta.url);
  const spec = JSON.parse(readFileSync(file, "utf8"));
  const schemas: Record<string, Schema> = spec.components.schemas;
  for (const name of closed) {
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`${name} is not in the specification`);
    schema.additionalProperties = false;
  }
  // A user is one of two forms; the form of merging is not used here.
  schemas["UserInput"] = { ...schemas["UserCreateInput"] };
  // A blank is a plus in a query, which the validator takes for a reserved character.
  const search = spec.paths["/api/v2/users/search"].get.parameters as Parameter[];
  for (const each of search) if (each.name === "query") each.allowReserved = true;
  const router = Router();
  router.use(
    middleware({
      apiSpec: spec as Spec,
      validateRequests: true,
      validateResponses: false,
      validateApiSpec: false,
      validateSecurity: false,
      validateFormats: false,
    }),
  );
  return router;
}

let validator: RequestHandler | undefined;

/** One for all stubs of a process: making it takes most of a second. */
export const specification: RequestHandler = (req, res, next) => {
  validator ??= makeValidator();
  return validator(req, res, next);
};
