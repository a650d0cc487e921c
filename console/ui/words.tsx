import { Time } from "./time.tsx";

const special = /(`[^`]*`|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** Our own words, in which `backticks` stand around what is typed in a terminal, and moments are as the API writes them. What they quote cannot turn round what stands beside them. */
export function Words({ text }: { readonly text: string }) {
  return (
    <bdi>
      {text.split(special).map((part, index) => {
        if (index % 2 === 0) return part;
        if (!part.startsWith("`")) return <Time key={index} at={part} exact />;
        return <code key={index}>{part.slice(1, -1)}</code>;
      })}
    </bdi>
  );
}
