import type { Contact } from "../generated.ts";
import { internationalPhone, isBsuid } from "../person-id.ts";
import { sameInOtherWriting } from "../phone.ts";
import type { IntakeProblem } from "./intake-problem.ts";

/** As `schemas/intake.schema.json` has it. */
export interface ToldContact {
  readonly userId?: string;
  readonly waId?: string;
  readonly phone?: string;
  readonly name?: string;
  readonly username?: string;
}

interface Ids {
  userId?: string;
  waId?: string;
}

/** Sorts ids into BSUID and phone by what they look like, as it is done with Meta's. `path` is where the contact stands. */
export function toContact(
  told: ToldContact,
  path: string,
): { readonly contact: Contact; readonly problems: IntakeProblem[] } {
  const problems: IntakeProblem[] = [];
  const ids: Ids = {};
  for (const key of ["userId", "waId", "phone"] as const) {
    const text = told[key]?.trim();
    if (text === undefined) continue;
    const found = idIn(text, key);
    if (typeof found === "string") {
      problems.push({ path: `${path}/${key}`, problem: found, remedy: remedies[key] });
    } else if (!merge(ids, found)) {
      const problem = "is not whom the keys before it name";
      problems.push({ path: `${path}/${key}`, problem, remedy: "Tell one of them alone" });
    }
  }
  if (told.userId === undefined && told.waId === undefined && told.phone === undefined) {
    problems.push({ path, problem: "has no id", remedy: "Add waId, userId or phone" });
  }
  const username = told.username?.replace(/^@+/, "");
  const contact: Contact = { ...ids };
  if (told.name) contact.name = told.name;
  if (username) contact.username = username;
  return { contact, problems };
}

const remedies = {
  userId: "Use the BSUID as Meta sends it, like DE.7410258963; a phone number is phone",
  waId: "Use the digits that Meta calls wa_id",
  phone: "Write it with its country code, like +49 151 23456789",
};

/** The id in it, or why there is none. */
function idIn(text: string, key: "userId" | "waId" | "phone"): Ids | string {
  if (isBsuid(text)) {
    return /^[A-Z]{2}\.[A-Za-z0-9.]{1,128}$/.test(text) ? { userId: text } : "is no BSUID";
  }
  if (key === "userId") return "is no BSUID";
  const waId = internationalPhone(text);
  return waId === undefined ? "is no phone number with its country code" : { waId };
}

/** False when another of the kind is there already. Of a phone in two writings the first stays: `waId`, as Meta has it. */
function merge(ids: Ids, { userId, waId }: Ids): boolean {
  const sameUser = ids.userId === undefined || userId === undefined || ids.userId === userId;
  const samePhone =
    ids.waId === undefined ||
    waId === undefined ||
    [ids.waId, sameInOtherWriting(ids.waId)].includes(waId);
  if (userId !== undefined) ids.userId ??= userId;
  if (waId !== undefined) ids.waId ??= waId;
  return sameUser && samePhone;
}
