import { param, setParams } from "../app/route.ts";
import { Icon } from "./icon.tsx";

interface ChoiceProps {
  readonly label: string;
  /** The filter's name in the fragment. */
  readonly name: string;
  /** By its value; "" is none. */
  readonly choices: readonly (readonly [value: string, title: string])[];
}

/** One of several, each a chip. */
export function ChoiceChips({ label, name, choices }: ChoiceProps) {
  const value = param(name) ?? "";
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as these are
    <div class="chips" role="group" aria-label={label}>
      {choices.map(([each, title]) => (
        <button
          key={each}
          type="button"
          class="chip"
          aria-pressed={each === value}
          onClick={() => setParams({ [name]: each })}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** A filter that is set, and how to take it away. `undefined` shows nothing. */
export function FilterChip({ name, words }: { readonly name: string; readonly words: string }) {
  const value = param(name);
  if (value === undefined) return null;
  return (
    <button
      type="button"
      class="chip set"
      title={`Take the filter away: ${words} ${value}`}
      onClick={() => setParams({ [name]: undefined })}
    >
      <span class="clip">
        {words} <bdi>{value}</bdi>
      </span>
      <Icon name="close" />
    </button>
  );
}
