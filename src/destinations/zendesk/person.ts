import type { Link } from "../../contracts.ts";
import { contactKey } from "../../event/contact-keys.ts";
import { cleanText } from "../clean-text.ts";
import { pathOf } from "../http/api.ts";
import { nameToWrite } from "../name-rule.ts";
import { unlessRefused } from "../unless-refused.ts";
import { agentUrl, keepMs, linkHere, type Work } from "./parts.ts";
import { phonesOf, type User, userOf, usersOf } from "./records.ts";
import { type Who, whoIs } from "./who.ts";

/** Users whose identities are looked through: a phone search may find many that only look alike. */
const mostIdentities = 5;
const longestName = 200;

/**
 * The id of the contact's user: as remembered, else by an external id of ours, else adopted by phone, else made. undefined: the event is
 * about no person, or shadow would make one. `afresh`: what was remembered or found is not there, so that each is looked at: a search
 * still finds for a while who was deleted.
 */
export async function findPerson(work: Work, afresh = false): Promise<string | undefined> {
  const who = await whoIs(work.item);
  if (who === undefined) return undefined;
  const link = afresh ? {} : linkHere(work.item.context.contactLink, work.options);
  const known = link["user"];
  if (known !== undefined) {
    await refresh(work, who, link, known);
    return known;
  }
  const mine = await byExternalId(work, who, afresh);
  if (mine !== undefined) {
    // Another name may be an agent's by now.
    const wrote = mine.name === nameOf(who.name) ? { wrote: mine.name } : {};
    return remember(work, { user: mine.id, made: "yes", ...wrote });
  }
  const adopted = await byPhone(work, who, afresh);
  if (adopted === undefined) return make(work, who);
  await remember(work, { user: adopted.id });
  await refresh(work, who, { user: adopted.id }, adopted.id);
  return adopted.id;
}

/** Whether the user is still there: people delete and merge users. */
export async function isThere({ session }: Work, user: string): Promise<boolean> {
  const path = pathOf`/api/v2/users/${user}`;
  const { status, json } = await session.look({ path, accept: [404], holds: "user" });
  return status !== 404 && userOf(json)?.active === true;
}

async function byExternalId(
  work: Work,
  { externalIds }: Who,
  afresh: boolean,
): Promise<User | undefined> {
  const { session } = work;
  for (const external_id of externalIds) {
    const path = "/api/v2/users/search";
    const { json } = await session.look({ path, query: { external_id }, holds: "users" });
    const [user] = usersOf(json).filter(({ active }) => active);
    if (user !== undefined && (!afresh || (await isThere(work, user.id)))) return user;
  }
  return undefined;
}

/**
 * An end user with exactly this number, as the phone or among the identities; of several the one with the first candidate, then the newest.
 * Who is marked as another WhatsApp account is another person: a family's landline, a company's.
 */
async function byPhone(work: Work, { phones }: Who, afresh: boolean): Promise<User | undefined> {
  if (phones.length === 0) return undefined;
  const { session } = work;
  const written = phones.flatMap((digits) => [`phone:"+${digits}"`, `phone:${digits}`]);
  const query = { query: `role:end-user ${written.join(" ")}` };
  const path = "/api/v2/users/search";
  const { json } = await session.look({ path, query, holds: "users" });
  const users = usersOf(json).filter(
    ({ role, active, externalId }) =>
      active && role === "end-user" && !externalId.startsWith("wa:"),
  );
  const ranked: { readonly user: User; readonly rank: number }[] = [];
  for (const [at, user] of users.entries()) {
    const rank = await rankOf(work, user, { phones, mayAsk: at < mostIdentities });
    if (rank >= 0 && (!afresh || (await isThere(work, user.id)))) ranked.push({ user, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || (a.user.updatedAt < b.user.updatedAt ? 1 : -1));
  if (ranked.length > 0) session.note(`${ranked.length} by phone`);
  return ranked[0]?.user;
}

/** The candidate that the user has; -1: none of them. */
async function rankOf(
  { session }: Work,
  { id, phone }: User,
  { phones, mayAsk }: { readonly phones: readonly string[]; readonly mayAsk: boolean },
): Promise<number> {
  const rank = phones.indexOf(contactKey(phone));
  if (rank >= 0 || !mayAsk) return rank;
  const { json } = await session.look({
    ...{ path: pathOf`/api/v2/users/${id}/identities` },
    ...{ query: { "type[]": "phone_number" }, holds: "identities" },
    // Deleted since the search: it has none.
    accept: [404],
  });
  const keys = phonesOf(json).map(contactKey);
  return phones.findIndex((each) => keys.includes(each));
}

/** An upsert by the external id: a repeat finds what the first has made. */
async function make(work: Work, { externalIds, phones, name }: Who): Promise<string | undefined> {
  const [phone] = phones;
  const shown = nameOf(name) ?? (phone === undefined ? "WhatsApp user" : `+${phone}`);
  const user = {
    ...{ name: shown, external_id: externalIds[0], role: "end-user", skip_verify_email: true },
    ...(phone !== undefined && { phone: `+${phone}` }),
  };
  const path = "/api/v2/users/create_or_update";
  const answer = await work.session.write("create a user", {
    ...{ method: "POST", path, json: { user }, holds: "user" },
  });
  const made = answer && userOf(answer.json);
  if (made === undefined) return undefined;
  const url = agentUrl(work.options, "users", made.id);
  work.made.push({ object: "user", id: made.id, url, created: true });
  return remember(work, {
    ...{ user: made.id, wrote: shown, made: "yes" },
    ...(phone !== undefined && { phone: "yes" }),
  });
}

/** What their profile and the store tell by now: the name, where the rule allows, and the phone of a user of ours who had none. */
async function refresh(work: Work, who: Who, link: Link, id: string): Promise<void> {
  const profile = nameOf(who.name);
  const isNew = profile !== undefined && profile !== link["wrote"] && profile !== link["seen"];
  const lacksPhone = link["made"] === "yes" && link["phone"] !== "yes" && who.phones.length > 0;
  if (!(isNew && work.options.name !== "never") && !lacksPhone) return;
  const path = pathOf`/api/v2/users/${id}`;
  const { status, json } = await work.session.look({ path, accept: [404], holds: "user" });
  const user = status === 404 ? undefined : userOf(json);
  if (user === undefined) return;
  // Zendesk itself names somebody by the number: `Caller: +1 555 555 0123`.
  const shown = user.name.replace(/^caller:?\s*(?=[+\d])/i, "");
  const names = { profile, shown, written: link["wrote"], phones: who.phones };
  const name = nameToWrite(work.options.name, names);
  const phone = lacksPhone && user.phone === "" ? `+${who.phones[0]}` : undefined;
  const isTaken = await change(work, user, { name, phone });
  await remember(work, {
    ...{ ...link, user: id, ...(profile !== undefined && { seen: profile }) },
    ...(name !== undefined && isTaken && { wrote: name }),
    ...(lacksPhone && { phone: "yes" }),
  });
}

/** Whether it was taken. Of a user who was deleted since the look it was not: what is to be written for them finds that out. */
async function change(
  { session, made, options }: Work,
  { id }: User,
  given: { readonly name: string | undefined; readonly phone: string | undefined },
): Promise<boolean> {
  const user = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const names = Object.keys(user);
  if (names.length === 0) return true;
  const path = pathOf`/api/v2/users/${id}`;
  const would = `update the user's ${names.join(" and ")}`;
  let isThere = true;
  const write = async () => {
    const answer = await session.write(would, {
      ...{ method: "PUT", path, json: { user }, accept: [404], holds: "user" },
    });
    isThere = answer?.status !== 404;
  };
  const isTaken = (await unlessRefused(write())) && isThere;
  if (isTaken) {
    made.push({ object: "user", id, url: agentUrl(options, "users", id), created: false });
  }
  return isTaken;
}

function nameOf(name: string | undefined): string | undefined {
  const clean = cleanText((name ?? "").replace(/\s+/g, " ").trim(), longestName);
  return clean === "" ? undefined : clean;
}

async function remember({ item, options }: Work, link: Link): Promise<string> {
  const { user = "" } = link;
  const kept = { ...link, on: options.baseUrl.host };
  await item.context.remember(kept, { scope: "contact", keepMs: keepMs(options) });
  return user;
}
