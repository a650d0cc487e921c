import { Router } from "express";
import type { Contacts, EventQuery, Ledger } from "../../contracts.ts";
import { audit } from "../access/audit.ts";
import { findSeenContact, seenBy, seenDeliveries } from "../access/reach.ts";
import { type Viewer, viewerOf } from "../access/viewer.ts";
import { requireValidated } from "../http/query.ts";
import { createCountries } from "./own-countries.ts";
import { createSearch, type SearchParts } from "./search.ts";

interface SearchRouteParts {
  readonly query: EventQuery;
  readonly ledger: Pick<Ledger, "delivery" | "deliveries" | "bodies" | "linksTo">;
  readonly contacts: Pick<Contacts, "find">;
}

/** `POST /api/search`: posted, so that no phone stands in a URL. */
export function createSearchRoutes(parts: SearchRouteParts): Router {
  const countries = createCountries(parts);
  const router = Router();
  router.post("/search", requireValidated, async ({ body }, response) => {
    const search = createSearch(partsFor(viewerOf(response), parts), countries);
    const items = await search((body as { q: string }).q);
    audit(response, { count: items.length });
    response.json({ items });
  });
  return router;
}

/** As this viewer sees it all. */
function partsFor(viewer: Viewer, parts: SearchRouteParts): SearchParts {
  const { ledger } = parts;
  return {
    query: seenBy(viewer, parts.query),
    ledger: {
      delivery: seenDeliveries(viewer, ledger).delivery,
      linksTo: (remote) => ledger.linksTo(remote),
    },
    contacts: { find: (id) => findSeenContact(viewer, parts, id) },
  };
}
