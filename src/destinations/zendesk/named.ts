import { DeliveryError } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import { fieldsOf } from "../json.ts";
import type { ZendeskOptions } from "./options.ts";

/** Something of the account that the options name by its id. */
export interface Named {
  /** `group 77`. */
  readonly what: string;
  readonly isThere: (session: Session) => Promise<boolean>;
}

export function namedBy({ ids, fields }: Pick<ZendeskOptions, "ids" | "fields">): Named[] {
  const all = [
    ["group", "groups", ids.group],
    ["brand", "brands", ids.brand],
    ["form", "ticket_forms", ids.form],
    ...fields.map((id) => ["field", "ticket_fields", id] as const),
  ] as const;
  return all.flatMap(([what, list, id]) =>
    id === undefined
      ? []
      : [{ what: `${what} ${id}`, isThere: (session) => exists(session, `${list}/${id}`) }],
  );
}

/** A group that was deleted still answers, and says so. */
async function exists(session: Session, path: string): Promise<boolean> {
  const { status, json } = await session.look({ path: `/api/v2/${path}`, accept: [404] });
  const isDeleted = Object.values(fieldsOf(json)).some(
    (told) => fieldsOf(told)["deleted"] === true || fieldsOf(told)["is_deleted"] === true,
  );
  return status !== 404 && !isDeleted;
}

/** Why Zendesk takes no new ticket, where that is of the options: somebody has deleted what they name. undefined: it is not. */
export async function missingFor(
  session: Session,
  options: Pick<ZendeskOptions, "ids" | "fields">,
): Promise<DeliveryError | undefined> {
  for (const { what, isThere } of namedBy(options)) {
    // An agent may not look at all of them.
    const there = await isThere(session).catch(unknown);
    if (there) continue;
    return new DeliveryError("config", `Zendesk has no ${what}: correct its id in the options`);
  }
  return undefined;
}

function unknown(error: unknown): boolean {
  if (error instanceof DeliveryError) return true;
  throw error;
}
