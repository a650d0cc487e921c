/** Keys, texts and numbers, each in its colour. Very long values are cut; copying has them whole. */
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;
const longest = 100_000;

export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = (JSON.stringify(value, null, 2) ?? "").slice(0, longest);
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    parts.push(text.slice(end, match.index));
    const [whole, string, colon, other] = match;
    const kind = colon === undefined ? (other === undefined ? "s" : "n") : "k";
    parts.push(
      <span key={match.index} class={kind}>
        {string ?? other}
      </span>,
      colon ?? "",
    );
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
