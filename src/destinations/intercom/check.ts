import type { DestinationCheck, Requirement } from "../../contracts.ts";
import { type ApiRequest, pathOf, type Session } from "../http/api.ts";
import { tried, triedRequirements } from "../tried.ts";
import { readMe } from "./account.ts";
import type { IntercomOptions } from "./options.ts";

/** Harmless calls. Whether it may write shows with the first delivery alone: Intercom tells no app what it may do. */
export async function checkIntercom(
  session: Session,
  options: IntercomOptions,
): Promise<DestinationCheck[]> {
  const token = await tried("token", async () => {
    const { name, app } = await readMe(session);
    return `${name ?? "somebody"} in the workspace ${app?.name ?? "?"}`;
  });
  if (!token.ok) return [token];
  const { admin } = options;
  return [
    token,
    ...(admin === undefined ? [] : [await tried("admin", () => adminIn(session, admin))]),
    await tried("contacts", () => reading(session, "/contacts/search", "data")),
    await tried("conversations", () => reading(session, "/conversations/search", "conversations")),
    ...(await triedRequirements("attributes", () => requirementsOf(session, options))),
  ];
}

async function adminIn(session: Session, admin: string): Promise<string> {
  const answer = await session.look({ path: pathOf`/admins/${admin}`, holds: "id" });
  const { name } = answer.json as { name?: string };
  return `our side writes as ${name ?? admin}`;
}

async function reading(session: Session, path: string, holds: string): Promise<string> {
  const query = { field: "created_at", operator: ">", value: 4_102_444_800 };
  const json = { query, pagination: { per_page: 1 } };
  await session.look({ method: "POST", path, json, holds });
  return "they can be read; that they can be written shows with the first delivery";
}

/** The custom attributes that `attributes` names. Throws DeliveryError. */
export async function requirementsOf(
  session: Session,
  { attributeNames }: Pick<IntercomOptions, "attributeNames">,
): Promise<readonly Requirement[]> {
  if (attributeNames.length === 0) return [];
  const query = { model: "contact" };
  const answer = await session.look({ path: "/data_attributes", query, holds: "data" });
  const { data } = answer.json as { data: readonly { name?: string; custom?: boolean }[] };
  const there = new Set(data.filter(({ custom }) => custom).map(({ name }) => name));
  return attributeNames.map((name) => ({
    what: `the custom attribute "${name}" of contacts`,
    there: there.has(name),
    create: () => create(session, name),
    remedy: "it is missing: waypost add makes it, or Settings, Data, People",
  }));
}

async function create(session: Session, name: string): Promise<void> {
  const json = { name, model: "contact", data_type: "string" };
  const request: ApiRequest = { method: "POST", path: "/data_attributes", json };
  await session.write(`create the custom attribute ${name}`, request);
}
