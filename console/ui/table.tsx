import type { ComponentChildren } from "preact";
import { count } from "../words/number.ts";

interface Props {
  readonly label: string;
  /** Titles: `#` before one that is above numbers, `-` before one that is not seen. */
  readonly columns: readonly string[];
  /** Rows of it; where they are wider than the screen, they scroll in here. */
  readonly children: ComponentChildren;
}

export function Table({ label, columns, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-box" tabIndex={0} aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col" class={title.startsWith("#") ? "number" : ""}>
                {title.startsWith("-") ? (
                  <span class="unseen">{title.slice(1)}</span>
                ) : (
                  title.replace("#", "")
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

interface ShareProps {
  readonly of: number;
  readonly from: number;
  readonly bad?: boolean;
  /** On hovering. */
  readonly title?: string;
}

/** "1,204 98 %": in the time that is shown, so that the two need not be of the same messages. */
export function Share({ of, from, bad = false, title }: ShareProps) {
  const percent = from === 0 ? "" : `${Math.round((of / from) * 100)} %`;
  return (
    <td title={title} class={`number ${bad && of > 0 ? "tone-bad" : ""}`}>
      {count(of)} <span class="share muted">{percent}</span>
    </td>
  );
}
