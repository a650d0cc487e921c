import { type DestinationCheck, deliveryError } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import type { ZendeskOptions } from "./options.ts";
import { fieldsOf, userOf } from "./records.ts";

/** Credentials, the role, scopes and what the options name, by calls that change nothing. */
export async function checkZendesk(
  session: Session,
  options: ZendeskOptions,
): Promise<DestinationCheck[]> {
  const checks = [await credentials(session)];
  if (!checks[0]?.ok) return checks;
  checks.push(await reads(session, "users", "/api/v2/users/search"));
  checks.push(await reads(session, "tickets", "/api/v2/tickets"));
  const { ids, fields } = options;
  const named = [
    ["group", "groups", ids.group],
    ["brand", "brands", ids.brand],
    ["form", "ticket_forms", ids.form],
    ...fields.map((id) => ["field", "ticket_fields", id] as const),
  ] as const;
  for (const [name, path, id] of named) {
    if (id !== undefined) checks.push(await exists(session, `${name} ${id}`, `${path}/${id}`));
  }
  return checks;
}

async function credentials(session: Session): Promise<DestinationCheck> {
  const name = "credentials";
  try {
    const { json } = await session.look({ method: "GET", path: "/api/v2/users/me" });
    const me = userOf(json);
    if (me === undefined || !["agent", "admin"].includes(me.role)) {
      const detail =
        "the OAuth client acts as nobody who may write tickets: let an agent or admin make it";
      return { name, ok: false, detail };
    }
    const { default_group_id } = fieldsOf(fieldsOf(json)["user"]);
    const group = default_group_id === null ? ", without a group" : "";
    return { name, ok: true, detail: `acts as the ${me.role} ${me.name}${group}` };
  } catch (error) {
    return { name, ok: false, detail: deliveryError(error).message };
  }
}

async function reads(session: Session, name: string, path: string): Promise<DestinationCheck> {
  const query = { external_id: "wa:waypost-check" };
  try {
    await session.look({ method: "GET", path, query });
    return { name, ok: true, detail: `the ${name} can be read` };
  } catch (error) {
    return { name, ok: false, detail: deliveryError(error).message };
  }
}

async function exists(session: Session, name: string, path: string): Promise<DestinationCheck> {
  try {
    const asked = { method: "GET", path: `/api/v2/${path}`, accept: [404] } as const;
    const { status } = await session.look(asked);
    if (status !== 404) return { name, ok: true, detail: "is there" };
    return { name, ok: false, detail: "is not there: correct its id in the options" };
  } catch (error) {
    return { name, ok: false, detail: deliveryError(error).message };
  }
}
