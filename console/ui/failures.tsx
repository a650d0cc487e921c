import { failureMeaning } from "../../src/contracts/failure-meanings.ts";

interface Props {
  readonly errors: readonly { readonly code?: number; readonly title?: string }[];
}

/** Why a message could not be sent: Meta's code and words, and what they mean to who has to do something about it. */
export function Failures({ errors }: Props) {
  return (
    <>
      {errors.map(({ code, title }, index) => (
        <p key={index} class="said">
          <span class="tone-bad">{[code, title].filter(Boolean).join(" ") || "It failed."}</span>{" "}
          <span class="muted">{sentence(failureMeaning(code))}</span>
        </p>
      ))}
    </>
  );
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
