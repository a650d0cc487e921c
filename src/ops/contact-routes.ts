import { Router } from "express";
import type { Contact, ContactChange, Contacts } from "../contracts.ts";
import { notFound } from "./problem.ts";
import { requireValidated } from "./query.ts";

/** The body of a PATCH, as `schemas/openapi.yaml` lays it down. */
interface ContactPatch extends Pick<ContactChange, "fields" | "owner"> {
  /** `+vip` or `-vip`. */
  readonly tags?: readonly string[];
  readonly consent?: Omit<NonNullable<ContactChange["consent"]>, "at">;
}

/** Contacts: who they are, and changing what is noted of them. */
export function createContactRoutes(options: {
  readonly contacts: Pick<Contacts, "find" | "change">;
}): Router {
  const { contacts } = options;
  const router = Router();
  router.use(requireValidated);
  router.get("/contacts/:id", async ({ params }, response) => {
    response.json(found(await contacts.find(params.id)));
  });
  router.patch("/contacts/:id", async ({ params, body }, response) => {
    const { id } = found(await contacts.find(params.id));
    response.json(found(await contacts.change(id, changeOf(body as ContactPatch))));
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
