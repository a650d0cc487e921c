import { Router } from "express";
import type { Books, StubUser } from "./books.ts";

const digitsOf = (text: string | null) => (text ?? "").replace(/\D/g, "");
const shown = ({ identities: _, ...user }: StubUser) => ({
  ...user,
  external_id: user.external_id ?? null,
});

/** The part of the API that is about users. */
export function usersApi({ users, me, addUser, now, ghosts }: Books): Router {
  const router = Router();
  const notFound = { error: "RecordNotFound", description: "Not found" };
  router.get("/api/v2/users/me", (_, res) => void res.json({ user: shown(me) }));
  router.get("/api/v2/users/search", (req, res) => {
    const { external_id, query = "" } = req.query as { external_id?: string; query?: string };
    const all = [...users.values(), ...ghosts].filter(({ active }) => active);
    if (external_id !== undefined) {
      const found = all.filter(
        (user) => user.external_id?.toLowerCase() === external_id.toLowerCase(),
      );
      return void res.json({ users: found.map(shown), next_page: null });
    }
    // As a search does: what looks alike is found too.
    const asked = [...query.matchAll(/phone:"?(\+?\d+)/g)].map(([, phone = ""]) =>
      digitsOf(phone).slice(-7),
    );
    const found = all.filter(({ phone, identities }) =>
      [phone, ...identities].some((each) => asked.some((end) => digitsOf(each).endsWith(end))),
    );
    res.json({ users: found.map(shown), next_page: null });
  });
  router.post("/api/v2/users/create_or_update", (req, res) => {
    const given = req.body.user as Partial<StubUser>;
    const known = [...users.values()].find(
      ({ external_id, active }) => active && external_id === given.external_id,
    );
    if (known === undefined) {
      const { name = "", phone = null, external_id } = given;
      const user = addUser({ name, phone, ...(external_id !== undefined && { external_id }) });
      return void res.status(201).json({ user: shown(user) });
    }
    Object.assign(known, { name: given.name, updated_at: now() });
    res.json({ user: shown(known) });
  });
  router.get("/api/v2/users/:id/identities", (req, res) => {
    const user = users.get(Number(req.params.id));
    if (user === undefined) return void res.status(404).json(notFound);
    const phones = [user.phone, ...user.identities].filter((each) => each !== null);
    res.json({ identities: phones.map((value) => ({ type: "phone_number", value })) });
  });
  router
    .route("/api/v2/users/:id")
    .get((req, res) => {
      const user = users.get(Number(req.params.id));
      if (user === undefined) return void res.status(404).json(notFound);
      res.json({ user: shown(user) });
    })
    .put((req, res) => {
      const user = users.get(Number(req.params.id));
      if (!user?.active) return void res.status(404).json(notFound);
      Object.assign(user, req.body.user, { updated_at: now() });
      res.json({ user: shown(user) });
    })
    .delete((req, res) => {
      const user = users.get(Number(req.params.id));
      if (!user?.active) return void res.status(404).json(notFound);
      user.active = false;
      res.json({ user: shown(user) });
    });
  router.delete("/api/v2/deleted_users/:id", (req, res) => {
    const id = Number(req.params.id);
    if (users.get(id)?.active !== false) return void res.status(404).json(notFound);
    users.delete(id);
    res.json({ deleted_user: { id } });
  });
  return router;
}
