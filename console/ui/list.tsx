import type { ComponentChildren, RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Pages } from "../api/pages.ts";
import { count } from "../words/number.ts";
import { Button } from "./button.tsx";
import { underHand } from "./hand.ts";
import { useKeys } from "./keys.ts";
import { focusDetail } from "./split.tsx";

interface Props<T> {
  /** What the rows are, for who does not see them. */
  readonly label: string;
  readonly items: readonly T[];
  readonly idOf: (item: T) => string;
  readonly hrefOf: (item: T) => string;
  /** A cell per column of the class. */
  readonly row: (item: T) => ComponentChildren;
  /** The titles of the columns; left out on narrow screens. */
  readonly head?: readonly string[];
  /** Sets `--columns`. */
  readonly class: string;
  readonly selected?: string | undefined;
  /** Where they come page by page. */
  readonly pages?: Omit<Pages<unknown>, "items">;
}

/**
 * Of the list that is there, the rows that are open or under somebody's hand. Undefined: nobody reads it, neither by a keyboard, nor a
 * pointer, nor further down.
 */
export function rowsInHand(): readonly string[] | undefined {
  const rows = document.querySelectorAll<HTMLElement>(
    ".list a.row:is([aria-current], :focus-visible)",
  );
  const isDown = (document.querySelector(".master-body")?.scrollTop ?? 0) > 40;
  if (rows.length === 0 && !isDown && !underHand(".list")) return undefined;
  return [...rows].map(({ dataset }) => dataset["id"] ?? "");
}

/**
 * Rows that are links, so that Enter, a click and a new tab do what they do everywhere. `j` and `k` go from one to the next, and
 * where one is open beside the list, they open the next. Enter on the one that is open goes on into it: by Tab that would be all rows away.
 */
export function List<T>(props: Props<T>) {
  const { label, items, idOf, hrefOf, row, head, selected, pages } = props;
  const list = useRef<HTMLUListElement>(null);
  const move = (by: number) => step(list.current, by, selected !== undefined);
  useKeys({ j: () => move(1), k: () => move(-1) });
  return (
    <div class={`list ${props.class}`}>
      {pages && <NewOnes pages={pages} list={list} />}
      {head && (
        <div class="list-head" aria-hidden="true">
          {head.map((title) => (
            <span key={title} class={title.startsWith("#") ? "number" : ""}>
              {title.replace("#", "")}
            </span>
          ))}
        </div>
      )}
      <ul ref={list} aria-label={label}>
        {items.map((item) => {
          const id = idOf(item);
          return (
            <li key={id}>
              <a
                class="row"
                href={hrefOf(item)}
                data-id={id}
                onClick={() => id === selected && focusDetail()}
                aria-current={id === selected ? "true" : undefined}
              >
                {row(item)}
              </a>
            </li>
          );
        })}
      </ul>
      <div class="list-foot">
        {pages?.more ? (
          <Button onClick={pages.more} disabled={pages.loading}>
            {pages.loading ? "Loading" : "Show more"}
          </Button>
        ) : (
          <span>{items.length === 1 ? "1 in all" : `${items.length} in all`}</span>
        )}
      </div>
    </div>
  );
}

interface NewOnesProps {
  readonly pages: Pick<Pages<unknown>, "fresh" | "isMore" | "showFresh">;
  readonly list: RefObject<HTMLUListElement | null>;
}

/** What waits until somebody asks for it. Said once, not with every count: they may come each second. */
function NewOnes({ pages: { fresh, isMore, showFresh }, list }: NewOnesProps) {
  const show = () => {
    showFresh();
    requestAnimationFrame(() => {
      list.current?.closest(".master-body")?.scrollTo(0, 0);
      list.current?.querySelector<HTMLElement>("a.row")?.focus();
    });
  };
  return (
    <>
      <span class="unseen" role="status">
        {fresh > 0 && "New ones wait"}
      </span>
      {fresh > 0 && (
        <button type="button" class="new-ones" onClick={show}>
          {count(fresh)}
          {isMore && "+"} new
        </button>
      )}
    </>
  );
}

function step(list: HTMLElement | null, by: number, open: boolean): void {
  const rows = [...(list?.querySelectorAll<HTMLAnchorElement>("a.row") ?? [])];
  const focused = rows.indexOf(document.activeElement as HTMLAnchorElement);
  const current = focused === -1 ? rows.findIndex((row) => row.ariaCurrent === "true") : focused;
  const next = rows[Math.min(rows.length - 1, Math.max(0, current + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  if (open && next) location.replace(next.href);
}
