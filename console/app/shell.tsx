import { useEffect } from "preact/hooks";
import { ConfirmHost } from "../ui/confirm.tsx";
import { useKeys } from "../ui/keys.ts";
import { Toasts } from "../ui/toasts.tsx";
import { Help, helpOpen } from "./help.tsx";
import { BottomBar, Rail } from "./navigation.tsx";
import type { Page } from "./page.ts";
import { pages } from "./pages.ts";
import { go, href, route } from "./route.ts";
import { Search } from "./search.tsx";

/** What stands around every page. */
export function Shell() {
  const current = pages.find(({ name }) => name === route.value.page) ?? (pages[0] as Page);
  useKeys({
    ...Object.fromEntries(pages.map(({ key, name }) => [`g ${key}`, () => go(href(name))])),
    "?": () => {
      helpOpen.value = true;
    },
  });
  useEffect(() => {
    document.title = `${current.title} · Waypost`;
  }, [current]);
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
      <ConfirmHost />
      <Toasts />
    </>
  );
}
