import type { ComponentChildren } from "preact";

/** The keys; of texts, which may hold what looks like one, as well. */
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?/g;
/** A browser is slow beyond it. */
const longest = 100_000;

/** A value as it is, indented. What is too long to show is cut; the copy has it whole. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = (JSON.stringify(value, null, 2) ?? "").slice(0, longest);
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const [whole, string = "", colon] = match;
    if (colon === undefined) continue;
    parts.push(text.slice(end, match.index), <span class="k">{string}</span>, colon);
    end = match.index + whole.length;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="code" tabIndex={0} aria-label={label}>
      <pre>
        {parts}
        {text.slice(end)}
      </pre>
    </section>
  );
}
