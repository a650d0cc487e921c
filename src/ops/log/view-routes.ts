import { randomBytes } from "node:crypto";
import { type Response, Router } from "express";
import type { SavedView, ViewChange, Views } from "../../contracts.ts";
import { audit } from "../access/audit.ts";
import { viewerOf } from "../access/viewer.ts";
import { badParameter, notFound, Problem } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";

const maxViews = 500;
/** What tells of nobody; `contact` is a `ctc_…`. What is not known here may. */
const harmless = new Set(
  "type account contact destination kind state verdict route from to order window step tab".split(
    " ",
  ),
);

type Asked = Pick<SavedView, "name" | "page" | "filter"> & { readonly shared?: boolean };

/** `/api/views`: own ones, and those that others share. */
export function createViewRoutes(parts: { readonly access: { readonly views: Views } }): Router {
  const { views } = parts.access;
  const router = Router();
  router.use("/views", requireValidated);
  router.get("/views", async (_request, response) => {
    response.json({ items: (await views.list()).filter((view) => isSeen(view, response)) });
  });
  router.post("/views", async ({ body }, response) => {
    const { shared = false, ...asked } = body as Asked;
    if ((await views.list()).length >= maxViews) {
      throw new Problem(409, "too-many-views", `There are ${maxViews} views already.`, {
        detail: "Remove one that nobody uses.",
      });
    }
    const view: SavedView = {
      ...{ id: `vew_${randomBytes(9).toString("hex")}`, ...asked, shared },
      ...{ owner: viewerOf(response).name, personal: isPersonal(asked.filter) },
      createdAt: new Date().toISOString(),
    };
    if (!isSeen(view, response)) throw badParameter("filter", "needs the scope content");
    await views.add(view);
    audit(response, { filter: { id: view.id } });
    response.status(201).json(view);
  });
  router.patch("/views/:id", async ({ params, body }, response) => {
    const view = await ownView(views, params.id, response);
    const { name = view.name, shared = view.shared } = body as ViewChange;
    await views.change(view.id, { name, shared });
    audit(response, { filter: { id: view.id } });
    response.json({ ...view, name, shared });
  });
  router.delete("/views/:id", async ({ params }, response) => {
    const view = await ownView(views, params.id, response);
    await views.remove(view.id);
    response.json({ removed: view.id });
  });
  return router;
}

/** Throws a Problem where there is none that is seen, or it may not be changed. */
async function ownView(views: Views, asked: string, response: Response): Promise<SavedView> {
  const { name, scopes } = viewerOf(response);
  const view = (await views.list()).find(({ id }) => id === asked);
  if (view === undefined || !isSeen(view, response)) throw notFound("view");
  if (view.owner === name || scopes.has("admin")) return view;
  throw new Problem(403, "not-yours", "The view is another's.", {
    detail: "Who made it changes it, or who has the scope admin.",
  });
}

/**
 * Who may not ask by words or messages may not learn by which others do. Of those that others share, who sees some accounts sees what
 * names one of them and no person.
 */
function isSeen({ owner, shared, personal, filter }: SavedView, response: Response): boolean {
  const { name, scopes, accounts } = viewerOf(response);
  if (personal && !scopes.has("content")) return false;
  if (owner === name || !shared) return owner === name;
  if (accounts === undefined) return true;
  const params = new URLSearchParams(filter);
  const named = params.getAll("account");
  return !personal && !params.has("contact") && named.every((each) => accounts.includes(each));
}

/** Throws a Problem where a person is named otherwise than as `ctc_…`. */
function isPersonal(filter: string): boolean {
  const params = [...new URLSearchParams(filter)];
  if (params.some(([name, value]) => name === "contact" && !/^ctc_[a-z0-9]{1,64}$/.test(value))) {
    throw badParameter("filter", "names a person otherwise than as ctc_…");
  }
  return params.some(([name]) => !harmless.has(name));
}
