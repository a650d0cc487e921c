import type { StubAnswer } from "../stub.ts";
import type { Portal, StubObject, StubType } from "./portal.ts";

export const answer = (status: number, body: unknown): StubAnswer => ({
  status,
  headers: { "content-type": "application/json;charset=utf-8" },
  body: body === undefined ? "" : JSON.stringify(body),
});

export function problem(status: number, category: string, message: string, more: object = {}) {
  const correlationId = "aeb5f871-7f07-4993-9211-075dc63e7cbf";
  return answer(status, { status: "error", message, correlationId, category, ...more });
}

const invalidProperties = (list: readonly object[]) =>
  problem(400, "VALIDATION_ERROR", `Property values were not valid: ${JSON.stringify(list)}`);
const notFound = () => problem(404, "OBJECT_NOT_FOUND", "Object not found.");

type Values = Record<string, string>;
interface Filter {
  readonly propertyName: string;
  readonly operator: string;
  readonly value?: string;
  readonly values?: readonly string[];
}

/** Which associations there are, by HubSpot's numbers. */
const associationTypes: Readonly<Record<number, readonly [StubType, StubType]>> = {
  81: ["communications", "contacts"],
  83: ["communications", "tickets"],
  202: ["notes", "contacts"],
  228: ["notes", "tickets"],
  16: ["tickets", "contacts"],
  452: ["tickets", "tickets"],
  3: ["0-3", "contacts"],
};

const stages: Readonly<Record<string, readonly string[]>> = {
  hs_pipeline_stage: ["1", "2", "4"],
  dealstage: ["appointmentscheduled", "closedwon"],
  hs_pipeline: ["0"],
  pipeline: ["default"],
};

/** What HubSpot says of values that it does not take; undefined: it takes them. */
function refusal(portal: Portal, type: StubType, values: Values, self?: string) {
  const known = portal.properties.get(type);
  for (const [name, value] of Object.entries(values)) {
    const property = known?.get(name);
    if (property === undefined) {
      const message = `Property "${name}" does not exist`;
      return invalidProperties([{ isValid: false, message, error: "PROPERTY_DOESNT_EXIST", name }]);
    }
    if (typeof value !== "string") return problem(400, "VALIDATION_ERROR", `${name}: no string`);
    if (value.length > 65_536) return problem(400, "VALIDATION_ERROR", `${name} is too long`);
    if (stages[name] && !stages[name].includes(value)) {
      return invalidProperties([{ isValid: false, message: "…", error: "INVALID_OPTION", name }]);
    }
    if (name === "amount" && value !== "" && !/^-?\d+(\.\d+)?$/.test(value)) {
      const message = `${value} was not a valid number.`;
      return invalidProperties([{ isValid: false, message, error: "INVALID_INTEGER", name }]);
    }
    if (property.options && value !== "" && !property.options.includes(value)) {
      return invalidProperties([{ isValid: false, message: "…", error: "INVALID_OPTION", name }]);
    }
    if (name === "hubspot_owner_id" && !["101", "102"].includes(value)) {
      const context = { propertyName: [name] };
      const errors = [{ message: "no such owner", code: "INVALID_OWNER", context }];
      return problem(400, "VALIDATION_ERROR", "Owner does not exist", { errors });
    }
    const unique = property.hasUniqueValue || name === "email";
    const other = unique && value !== "" ? portal.find(type, value, name) : undefined;
    if (other && other.id !== self) return conflict(type, name, other.id);
  }
  return undefined;
}

function conflict(type: StubType, name: string, id: string): StubAnswer {
  if (type === "contacts") {
    return problem(409, "CONFLICT", `Contact already exists. Existing ID: ${id}`);
  }
  const message = `Cannot set PropertyValueCoordinates{propertyName=${name}}. ${id} already has that value.`;
  return problem(400, "VALIDATION_ERROR", message);
}

export function createObject(portal: Portal, type: StubType, body: Record<string, unknown>) {
  const values = body["properties"] as Values;
  const refused = refusal(portal, type, values);
  if (refused) return refused;
  if (type === "communications" && values["hs_communication_logged_from"] !== "CRM") {
    return problem(400, "VALIDATION_ERROR", "hs_communication_logged_from must be CRM");
  }
  const associations = (body["associations"] ?? []) as {
    to: { id: string };
    types: { associationTypeId: number }[];
  }[];
  for (const { to, types } of associations) {
    for (const { associationTypeId } of types) {
      const [from, other] = associationTypes[associationTypeId] ?? [];
      if (from !== type || other === undefined || !portal.find(other, to.id)) {
        return problem(400, "VALIDATION_ERROR", `INVALID_OBJECT_IDS: ${to.id}`);
      }
    }
  }
  const object = portal.add(type, values);
  for (const { to, types } of associations) {
    object.associations.set(
      portal.merged.get(to.id) ?? to.id,
      types.map((each) => each.associationTypeId),
    );
  }
  return answer(201, portal.shown(object));
}

export function changeObject(
  portal: Portal,
  { type, id }: { readonly type: StubType; readonly id: string },
  body: Record<string, unknown>,
): StubAnswer {
  const object = portal.find(type, id);
  if (!object) return notFound();
  const values = body["properties"] as Values;
  const refused = refusal(portal, type, values, object.id);
  if (refused) return refused;
  object.properties = { ...object.properties, ...values };
  return answer(200, portal.shown(object));
}

export function readObject(portal: Portal, type: StubType, id: string, idProperty?: string) {
  if (idProperty !== undefined && !portal.properties.get(type)?.get(idProperty)?.hasUniqueValue) {
    return problem(400, "VALIDATION_ERROR", `${idProperty} is not unique`);
  }
  const object = portal.find(type, id, idProperty);
  return object ? answer(200, portal.shown(object)) : notFound();
}

export function readBatch(portal: Portal, type: StubType, body: Record<string, unknown>) {
  const { idProperty, inputs } = body as { idProperty?: string; inputs: { id: string }[] };
  if (idProperty !== undefined && !portal.properties.get(type)?.get(idProperty)) {
    const name = idProperty;
    return invalidProperties([
      { isValid: false, message: "…", error: "PROPERTY_DOESNT_EXIST", name },
    ]);
  }
  const found = inputs.map(({ id }) => portal.find(type, id, idProperty)).filter(isThere);
  const results = found.map(portal.shown);
  const missing = results.length < inputs.length;
  const errors = missing ? [{ status: "error", category: "OBJECT_NOT_FOUND", message: "…" }] : [];
  return answer(missing ? 207 : 200, { status: "COMPLETE", results, ...(missing && { errors }) });
}

export function searchObjects(portal: Portal, type: StubType, body: Record<string, unknown>) {
  const { filterGroups, sorts, limit, after } = body as {
    filterGroups: { filters: Filter[] }[];
    sorts: string[];
    limit: number;
    after: string;
  };
  if (limit > 200) return problem(400, "VALIDATION_ERROR", "at most 200 of a search");
  if (filterGroups.length > 6) return problem(400, "VALIDATION_ERROR", "too many groups");
  const unknown = filterGroups
    .flatMap(({ filters }) => filters)
    .find(({ propertyName: name }) => !isSearchable(portal, type, name));
  if (unknown) return problem(400, "VALIDATION_ERROR", `no property ${unknown.propertyName}`);
  const found = portal
    .all(type)
    .filter((object) => filterGroups.some(({ filters }) => filters.every((f) => fits(object, f))));
  // As they were made, where it is asked for; else nobody says in which order.
  if (sorts.length === 0) found.reverse();
  const end = Number(after) + limit;
  if (end > portal.mostFound) return problem(400, "VALIDATION_ERROR", "at most 10000 results");
  const page = found.slice(Number(after), end);
  const paging = end < found.length ? { paging: { next: { after: String(end) } } } : {};
  return answer(200, { total: found.length, results: page.map(portal.shown), ...paging });
}

const isSearchable = (portal: Portal, type: StubType, name: string) =>
  ["associations.contact", "hs_object_id"].includes(name) ||
  (portal.properties.get(type)?.has(name) ?? false);

function fits(object: StubObject, { propertyName, operator, value, values }: Filter): boolean {
  if (object.indexed === undefined) return false;
  if (propertyName === "associations.contact") return object.associations.has(value ?? "");
  const held = object.indexed[propertyName] ?? "";
  if (propertyName === "hs_object_id" && operator === "GT")
    return Number(object.id) > Number(value);
  if (operator === "HAS_PROPERTY") return held !== "";
  if (operator === "IN") return values?.includes(held) ?? false;
  if (operator === "EQ") return held === value;
  throw new Error(`the stub knows no ${operator}`);
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
