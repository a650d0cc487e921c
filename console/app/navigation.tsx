import { signal } from "@preact/signals";
import { logOut } from "../api/session.ts";
import { viewer } from "../api/viewer.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { nextOf, theme, themes, timeStyle, timeStyles } from "../ui/settings.ts";
import { toastProblem } from "../ui/toasts.tsx";
import { useCounts } from "./counts.ts";
import { formatFragment } from "./fragment.ts";
import { helpOpen } from "./help.tsx";
import type { Page } from "./page.ts";
import { pages } from "./pages.ts";
import { href, route } from "./route.ts";
import { hrefOfView, views, viewsOpen } from "./views.ts";

interface Props {
  readonly current: Page;
}

export function Rail({ current }: Props) {
  const counts = useCounts();
  return (
    <nav class="rail" aria-label="Pages">
      <div class="brand">
        <Mark />
        Waypost
      </div>
      {pages.map((page) => (
        <NavItem key={page.name} page={page} current={page === current} count={counts[page.name]} />
      ))}
      <Views />
      <div class="rail-foot">
        <Preferences />
      </div>
    </nav>
  );
}

interface NavItemProps {
  readonly page: Page;
  readonly current: boolean;
  readonly count?: number | undefined;
}

function NavItem({ page, current, count = 0 }: NavItemProps) {
  return (
    <a
      class="nav-item"
      href={href(page.name)}
      aria-current={current ? "page" : undefined}
      title={`${page.title} (g ${page.key})`}
    >
      <Icon name={page.icon} />
      {page.title}
      {count > 0 && <span class="count">{count > 999 ? "999+" : count}</span>}
    </a>
  );
}

/** As many as there is room for; the dialog has them all. */
const atHand = 6;

function Views() {
  const { id: _, ...here } = route.value;
  return (
    <>
      <button
        type="button"
        class="nav-item views-open"
        onClick={() => {
          viewsOpen.value = true;
        }}
      >
        <Icon name="star" />
        Saved views <kbd>v</kbd>
      </button>
      {(views.value ?? []).slice(0, atHand).map((view) => (
        <a
          key={view.id}
          class="nav-item view"
          href={hrefOfView(view)}
          aria-current={hrefOfView(view) === formatFragment(here) ? "true" : undefined}
        >
          <bdi class="clip">{view.name}</bdi>
        </a>
      ))}
    </>
  );
}

const themeWords = { system: "System theme", light: "Light theme", dark: "Dark theme" } as const;
const themeIcons = { system: "screen", light: "sun", dark: "moon" } as const;
const timeWords = { relative: "Relative times", local: "Local time", utc: "UTC" } as const;

function Preferences() {
  return (
    <>
      <button
        type="button"
        class="nav-item"
        title="Next theme"
        onClick={() => {
          theme.value = nextOf(themes, theme.value);
        }}
      >
        <Icon name={themeIcons[theme.value]} />
        {themeWords[theme.value]}
      </button>
      <button
        type="button"
        class="nav-item"
        title="Next way to show times"
        onClick={() => {
          timeStyle.value = nextOf(timeStyles, timeStyle.value);
        }}
      >
        <Icon name="clock" />
        {timeWords[timeStyle.value]}
      </button>
      <button
        type="button"
        class="nav-item"
        onClick={() => {
          helpOpen.value = true;
        }}
      >
        <Icon name="help" />
        Shortcuts <kbd>?</kbd>
      </button>
      <button type="button" class="nav-item" onClick={() => void logOut().catch(toastProblem)}>
        <Icon name="out" />
        Log out
        <span class="name clip">{viewer.value?.name}</span>
      </button>
    </>
  );
}

const moreOpen = signal(false);
const atTheBottom = 4;

/** On narrow screens, in place of the rail. */
export function BottomBar({ current }: Props) {
  const close = () => {
    moreOpen.value = false;
  };
  const elsewhere = !pages.slice(0, atTheBottom).includes(current);
  return (
    <nav class="bottom" aria-label="Pages, short">
      {pages.slice(0, atTheBottom).map((page) => (
        <a
          key={page.name}
          href={href(page.name)}
          aria-current={page === current ? "page" : undefined}
        >
          <Icon name={page.icon} />
          <span class="clip">{page.title}</span>
        </a>
      ))}
      <button
        type="button"
        aria-current={elsewhere ? "page" : undefined}
        onClick={() => {
          moreOpen.value = true;
        }}
      >
        <Icon name="more" />
        More
      </button>
      {moreOpen.value && (
        <Dialog title="More" onClose={close}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the links in it are what is pressed */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the links in it are what is pressed */}
          <div
            class="more-pages"
            onClick={(event) => (event.target as Element).closest("a, .views-open") && close()}
          >
            {pages.slice(atTheBottom).map((page) => (
              <NavItem key={page.name} page={page} current={page === current} />
            ))}
            <Views />
            <Preferences />
          </div>
        </Dialog>
      )}
    </nav>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" class="mark">
      <rect width="32" height="32" rx="8" />
      <path d="M9 8v16M9 9h11l4 3.5-4 3.5H9" />
    </svg>
  );
}
