import { eventsPage } from "../pages/events/page.tsx";
import { overviewPage } from "../pages/overview/page.tsx";
import type { Page } from "./page.ts";

/** In the order of the navigation. On narrow screens the first four are at the bottom, the others under "More". */
export const pages: readonly Page[] = [overviewPage, eventsPage];
