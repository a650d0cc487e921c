import type { DestinationCheck } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import { fieldsOf } from "../json.ts";
import { tried } from "../tried.ts";
import { namedBy } from "./named.ts";
import type { ZendeskOptions } from "./options.ts";
import { userOf } from "./records.ts";

/** Credentials, the role, scopes and what the options name, by calls that change nothing. */
export async function checkZendesk(
  session: Session,
  options: ZendeskOptions,
): Promise<DestinationCheck[]> {
  const acting = await tried("credentials", () => credentials(session));
  if (!acting.ok) return [acting];
  const checks = [
    acting,
    await tried("users", () => reads(session, "users", "/api/v2/users/search")),
    await tried("tickets", () => reads(session, "tickets", "/api/v2/tickets")),
  ];
  for (const { what, isThere } of namedBy(options)) {
    checks.push(await tried(what, async () => thereOrNot(await isThere(session))));
  }
  return checks;
}

async function credentials(session: Session) {
  const { json } = await session.look({ path: "/api/v2/users/me" });
  const me = userOf(json);
  if (me === undefined || !["agent", "admin"].includes(me.role)) {
    const detail =
      "the OAuth client acts as nobody who may write tickets: let an agent or admin make it";
    return { ok: false, detail };
  }
  const { default_group_id } = fieldsOf(fieldsOf(json)["user"]);
  return `acts as the ${me.role} ${me.name}${default_group_id === null ? ", without a group" : ""}`;
}

async function reads(session: Session, name: string, path: string): Promise<string> {
  const query = { external_id: "wa:waypost-check" };
  await session.look({ path, query, holds: name });
  return `the ${name} can be read`;
}

function thereOrNot(isThere: boolean) {
  if (isThere) return "is there";
  return { ok: false, detail: "is not there: correct its id in the options" };
}
