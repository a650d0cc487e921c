import type { ComponentChildren } from "preact";

interface Props {
  readonly label: string;
  /** A table; where it is wider than the screen, it scrolls in here. */
  readonly children: ComponentChildren;
}

export function TableBox({ label, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-box" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
