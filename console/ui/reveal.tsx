import { isMasked, reveal } from "../api/reveal.ts";
import { may } from "../api/viewer.ts";
import { Button } from "./button.tsx";
import { confirm } from "./confirm.tsx";

interface Props {
  /** What is revealed: the id of a conversation or an event. The page passes `reasonFor(subject)` to its calls. */
  readonly subject: string;
  readonly what: string;
}

/** Says that names and texts are hidden, and offers to show them. Nothing where they are shown. */
export function RevealBar({ subject, what }: Props) {
  if (!isMasked(subject)) return null;
  const ask = async () => {
    const reason = await confirm({
      title: `Reveal ${what}`,
      body: "Its names, numbers and texts are shown to you on every page until you log out or reload. Who looked, when and why is kept in the audit.",
      act: "Reveal",
      ask: {
        label: "Why",
        hint: "For example a ticket's number. No personal data.",
        required: true,
      },
    });
    if (reason) reveal(subject, reason);
  };
  return (
    <div class="notice">
      <span class="muted">Names and texts are hidden.</span>
      {may("content") ? (
        <Button icon="eye" onClick={() => void ask()}>
          Reveal
        </Button>
      ) : (
        <span class="muted">Your token may not see them.</span>
      )}
    </div>
  );
}
