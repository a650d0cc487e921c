import { conversationsPage } from "../pages/conversations/page.tsx";
import { deliveriesPage } from "../pages/deliveries/page.tsx";
import { destinationsPage } from "../pages/destinations/page.tsx";
import { eventsPage } from "../pages/events/page.tsx";
import { overviewPage } from "../pages/overview/page.tsx";
import { settingsPage } from "../pages/settings/page.tsx";
import { setupPage } from "../pages/setup/page.tsx";
import { unreadablePage } from "../pages/unreadable/page.tsx";
import type { Page } from "./page.ts";

/** In the order of the navigation. On narrow screens the first four are at the bottom, the others under "More". */
export const pages: readonly Page[] = [
  overviewPage,
  eventsPage,
  conversationsPage,
  deliveriesPage,
  destinationsPage,
  unreadablePage,
  setupPage,
  settingsPage,
];
