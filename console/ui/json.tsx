/** A key, where a line of indented JSON begins with one. */
const keyed = /^( *)("(?:[^"\\]|\\.)*")(: .*)$/s;
/** A browser is slow beyond it. */
const longest = 100_000;

/** A value as it is, indented. What is too long to show is cut; the copy has it whole. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = (JSON.stringify(value, null, 2) ?? "").slice(0, longest);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="code" tabIndex={0} aria-label={label}>
      <pre>
        {text.split("\n").map((line, index) => (
          <Line key={index} line={line} />
        ))}
      </pre>
    </section>
  );
}

/** Longer than its place, it goes on behind its own indent. */
function Line({ line }: { readonly line: string }) {
  const [, indent = "", key, rest] = keyed.exec(line) ?? [];
  const depth = line.length - line.trimStart().length + 2;
  return (
    <span class="line" style={{ paddingInlineStart: `${depth}ch`, textIndent: `-${depth}ch` }}>
      {key === undefined ? (
        line
      ) : (
        <>
          {indent}
          <span class="k">{key}</span>
          {rest}
        </>
      )}
    </span>
  );
}
