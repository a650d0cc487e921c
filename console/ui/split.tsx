import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { go, hrefOf, route } from "../app/route.ts";
import { IconButton } from "./button.tsx";
import { useKeys } from "./keys.ts";
import { narrow } from "./settings.ts";

interface Props {
  /** Above the list: title, filters. */
  readonly head: ComponentChildren;
  readonly list: ComponentChildren;
  /** Absent: nothing is open. */
  readonly detail?: ComponentChildren;
  /** The detail has more to show side by side. */
  readonly wide?: boolean;
}

/** A list and beside it what is open of it; where there is no room for both, the latter alone. */
export function Split({ head, list, detail, wide = false }: Props) {
  return (
    <div class={`split ${detail ? "open" : ""} ${wide ? "wide" : ""}`}>
      <section class="master">
        <div class="master-head">{head}</div>
        <div class="master-body" tabIndex={-1}>
          {list}
        </div>
      </section>
      {detail}
    </div>
  );
}

interface DetailProps {
  readonly title: ComponentChildren;
  /** Buttons beside the title. */
  readonly actions?: ComponentChildren;
  /** Below the title, where it stays: tabs, a line of facts. */
  readonly under?: ComponentChildren;
  readonly children: ComponentChildren;
}

export const focusDetail = () => document.querySelector<HTMLElement>(".detail")?.focus();

/** The focus goes back to its row, which on a narrow screen is seen again only when it is closed. */
export function closeDetail() {
  const row = document.querySelector<HTMLElement>("a.row[aria-current]");
  addEventListener("hashchange", () => requestAnimationFrame(() => row?.focus()), { once: true });
  go(hrefOf(undefined, { tab: undefined }));
}

export function Detail({ title, actions, under, children }: DetailProps) {
  const element = useRef<HTMLElement>(null);
  const { id } = route.value;
  useKeys({ Escape: closeDetail });
  useEffect(() => {
    element.current?.scrollTo(0, 0);
    // Where it takes the whole screen, the row that had the focus is gone.
    if (narrow.value) element.current?.focus();
  }, [id]);
  return (
    <section ref={element} class="detail" aria-label="Details" tabIndex={-1}>
      {narrow.value && <h1 class="unseen">Details</h1>}
      <div class="detail-head">
        <div class="detail-title">
          <h2 class="clip">{title}</h2>
          {actions}
          <IconButton icon="close" label="Close (Esc)" onClick={closeDetail} />
        </div>
        {under}
      </div>
      <div class="detail-body">{children}</div>
    </section>
  );
}
