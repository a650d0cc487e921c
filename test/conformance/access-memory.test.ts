import { createAudit } from "../../src/store/audit.ts";
import { createViews } from "../../src/store/saved-views.ts";
import { createSessions } from "../../src/store/sessions.ts";
import { createTokens } from "../../src/store/tokens.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { testAccess } from "./access.ts";

testAccess("tests' own", { skip: false }, async () => {
  const tables = createMemoryTables();
  const access = {
    tokens: createTokens(tables),
    sessions: createSessions(tables),
    audit: createAudit(tables),
    views: createViews(tables),
  };
  return { access, close: async () => undefined };
});
