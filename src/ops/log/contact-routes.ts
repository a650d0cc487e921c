import { type Response, Router } from "express";
import type { Contact, ContactChange, Contacts, EventQuery } from "../../contracts.ts";
import { findSeenContact } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";

/** The body of a PATCH, as `schemas/openapi.yaml` lays it down. */
interface ContactPatch extends Pick<ContactChange, "fields" | "owner"> {
  /** `+vip` or `-vip`. */
  readonly tags?: readonly string[];
  readonly consent?: Omit<NonNullable<ContactChange["consent"]>, "at">;
}

/** Contacts: who they are, and changing what is noted of them. */
export function createContactRoutes(options: {
  readonly contacts: Pick<Contacts, "find" | "change">;
  readonly query: EventQuery;
}): Router {
  const { contacts } = options;
  const find = async (response: Response, id: string) =>
    found(await findSeenContact(viewerOf(response), options, id));
  const router = Router();
  router.use(requireValidated);
  router.get("/contacts/:id", async ({ params }, response) => {
    response.json(await find(response, params.id));
  });
  router.patch("/contacts/:id", async ({ params, body }, response) => {
    const { id } = await find(response, params.id);
    found(await contacts.change(id, changeOf(body as ContactPatch)));
    response.json(await find(response, id));
  });
  return router;
}

function found(contact: Contact | undefined): Contact {
  if (contact === undefined) throw notFound("contact");
  return contact;
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
