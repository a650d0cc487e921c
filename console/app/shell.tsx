import { useEffect } from "preact/hooks";
import { ConfirmHost } from "../ui/confirm.tsx";
import { useKeys } from "../ui/keys.ts";
import { Toasts } from "../ui/toasts.tsx";
import { Help, helpOpen } from "./help.tsx";
import { BottomBar, Rail } from "./navigation.tsx";
import type { Page } from "./page.ts";
import { pages } from "./pages.ts";
import { go, href, route } from "./route.ts";
import { SavedViews } from "./saved-views.tsx";
import { Search } from "./search.tsx";
import { loadViews, viewsOpen } from "./views.ts";

/** What stands around every page. */
export function Shell() {
  const current = pages.find(({ name }) => name === route.value.page) ?? (pages[0] as Page);
  useKeys({
    ...Object.fromEntries(pages.map(({ key, name }) => [`g ${key}`, () => go(href(name))])),
    v: () => {
      viewsOpen.value = true;
    },
    "?": () => {
      helpOpen.value = true;
    },
  });
  useEffect(() => {
    document.title = `${current.title} · Waypost`;
  }, [current]);
  // Who has none sees none: nothing is said of a list that nobody asked for.
  useEffect(() => void loadViews().catch(() => undefined), []);
  const toContent = () => document.getElementById("content")?.focus();
  return (
    <>
      <button type="button" class="skip" onClick={toContent}>
        Skip to the page
      </button>
      <div class="shell">
        <Rail current={current} />
        <div class="main">
          <header class="top">
            <Search />
          </header>
          <main id="content" class="content" tabIndex={-1}>
            <current.Page key={current.name} />
          </main>
        </div>
        <BottomBar current={current} />
      </div>
      <Help />
      <SavedViews />
      <ConfirmHost />
      <Toasts />
    </>
  );
}
