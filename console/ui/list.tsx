import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Button } from "./button.tsx";
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
  readonly more?: (() => void) | undefined;
  readonly loading?: boolean;
}

/**
 * Rows that are links, so that Enter, a click and a new tab do what they do everywhere. `j` and `k` go from one to the next, and
 * where one is open beside the list, they open the next. Enter on the one that is open goes on into it: by Tab that would be all rows away.
 */
export function List<T>(props: Props<T>) {
  const { label, items, idOf, hrefOf, row, head, selected, more, loading } = props;
  const list = useRef<HTMLUListElement>(null);
  const move = (by: number) => step(list.current, by, selected !== undefined);
  useKeys({ j: () => move(1), k: () => move(-1) });
  return (
    <div class={`list ${props.class}`}>
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
        {more ? (
          <Button onClick={more} disabled={loading === true}>
            {loading ? "Loading" : "Show more"}
          </Button>
        ) : (
          <span>{items.length === 1 ? "1 in all" : `${items.length} in all`}</span>
        )}
      </div>
    </div>
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
