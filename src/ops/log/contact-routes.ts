import { type Response, Router } from "express";
import type { Contact, ContactChange, Contacts, EventQuery, FlowRules } from "../../contracts.ts";
import { findSeenContact, findToldContact } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound, Problem } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";

/** The body of a PATCH, as `schemas/openapi.yaml` lays it down. */
interface ContactPatch extends Pick<ContactChange, "fields" | "owner"> {
  /** `+vip` or `-vip`. */
  readonly tags?: readonly string[];
  readonly consent?: Omit<NonNullable<ContactChange["consent"]>, "at">;
}

/** Contacts: who they are, and changing what is noted of them. */
export function createContactRoutes(options: {
  readonly contacts: Pick<Contacts, "find" | "of" | "change">;
  readonly query: EventQuery;
  /** Of waypost.yaml, as they are now. */
  readonly pools: () => FlowRules["pools"];
}): Router {
  const { contacts, pools } = options;
  const find = async (response: Response, id: string) => {
    const viewer = viewerOf(response);
    const known = await findSeenContact(viewer, options, id);
    return found(known ?? (await findToldContact(viewer, options, id)));
  };
  const router = Router();
  router.use(requireValidated);
  router.get("/contacts/:id", async ({ params }, response) => {
    response.json(await find(response, params.id));
  });
  router.patch("/contacts/:id", async ({ params, body }, response) => {
    const { id } = await find(response, params.id);
    const patch = body as ContactPatch;
    checkOwner(patch.owner, pools());
    found(await contacts.change(id, changeOf(patch)));
    response.json(await find(response, id));
  });
  return router;
}

function found(contact: Contact | undefined): Contact {
  if (contact === undefined) throw notFound("contact");
  return contact;
}

/** An owner is a member of a pool: routes ask for the pool, and templates show the member's ids. */
function checkOwner(owner: ContactPatch["owner"], pools: FlowRules["pools"]): void {
  if (owner === undefined || owner === null) return;
  const members = Object.hasOwn(pools, owner.pool) ? pools[owner.pool] : undefined;
  if (members === undefined) {
    const names = Object.keys(pools).slice(0, maxNamed).join(", ");
    const remedy = names === "" ? "Add it to pools in waypost.yaml" : `Use one of ${names}`;
    throw misfit("/owner/pool", "is no pool of waypost.yaml", remedy);
  }
  if (members.some(({ name }) => name === owner.name)) return;
  const names = members.slice(0, maxNamed).map(({ name }) => name);
  throw misfit("/owner/name", "is no member of this pool", `Use one of ${names.join(", ")}`);
}

const maxNamed = 20;

function misfit(path: string, reason: string, remedy: string): Problem {
  return new Problem(400, "invalid-request", "The request does not fit.", {
    detail: "Nothing of the request was taken.",
    errors: [{ path, reason, remedy }],
  });
}

function changeOf({ tags = [], fields, owner, consent }: ContactPatch): ContactChange {
  const named = (sign: string) =>
    tags.filter((tag) => tag.startsWith(sign)).map((tag) => tag.slice(1));
  return {
    addTags: named("+"),
    removeTags: named("-"),
    ...(fields !== undefined && { fields }),
    ...(owner !== undefined && { owner }),
    ...(consent !== undefined && { consent: { ...consent, at: new Date().toISOString() } }),
  };
}
