import type { DestinationCheck, Requirement } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import { tried } from "../tried.ts";
import { listIn } from "./call.ts";
import type { FreshdeskOptions } from "./options.ts";

/** Harmless calls. */
export async function checkFreshdesk(
  session: Session,
  options: FreshdeskOptions,
): Promise<DestinationCheck[]> {
  const key = await tried("API key", async () => {
    const answer = await session.look({ path: "/agents/me", holds: "id" });
    const { contact } = answer.json as { contact?: { name?: string } };
    return `the agent ${contact?.name ?? "?"}`;
  });
  if (!key.ok) return [key];
  const fields = await tried("fields", () => fieldsThere(session, options));
  return [
    key,
    await tried("tickets", () => reading(session, "/tickets")),
    await tried("contacts", () => reading(session, "/contacts")),
    ...(fields.ok && fields.detail === "" ? [] : [fields]),
  ];
}

async function reading(session: Session, path: string): Promise<string> {
  listIn(await session.look({ path, query: { per_page: 1 } }));
  return "they can be read; that they can be written shows with the first delivery";
}

async function fieldsThere(session: Session, options: FreshdeskOptions) {
  const all = await requirementsOf(session, options);
  const missing = all.filter(({ there }) => !there);
  if (missing.length === 0) return all.length === 0 ? "" : "all custom fields are there";
  const words = missing.map(({ what, remedy }) => `${what}: ${remedy}`).join("; ");
  return { ok: false, detail: `missing: ${words}` };
}

/** The custom fields that options name. Throws DeliveryError. */
export async function requirementsOf(
  session: Session,
  { fieldNames, eventField }: Pick<FreshdeskOptions, "fieldNames" | "eventField">,
): Promise<readonly Requirement[]> {
  const found: Requirement[] = [];
  for (const kind of ["ticket", "contact"] as const) {
    const names = fieldNames[kind];
    if (names.length === 0) continue;
    const answer = await session.look({ path: `/${kind}_fields` });
    const known = (listIn(answer) as readonly { name?: string }[]).map(({ name }) => name);
    for (const name of names) {
      found.push({
        what: `the custom field ${name} of ${kind}s`,
        there: known.includes(name),
        ...(name === eventField && { create: () => createEventField(session, name) }),
        remedy: `make it in Admin, ${kind === "ticket" ? "Ticket" : "Contact"} Fields`,
      });
    }
  }
  return found;
}

/** Of others, only people know what they are for. */
async function createEventField(session: Session, name: string): Promise<void> {
  const label = name.replace(/^cf_/, "").replaceAll("_", " ");
  await session.write(`create the ticket field ${name}`, {
    method: "POST",
    path: pathOf`/admin/ticket_fields`,
    json: { type: "custom_text", label, label_for_customers: label, displayed_to_customers: false },
  });
}
