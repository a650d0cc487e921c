import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface Question {
  readonly title: string;
  /** What will happen, and whether it can be undone. */
  readonly body?: ComponentChildren;
  /** The verb: "Pause", never "OK". */
  readonly act: string;
  readonly danger?: boolean;
  /** Asks for a line of text as well. */
  readonly ask?: { readonly label: string; readonly hint?: string; readonly required?: boolean };
}

interface Asked extends Question {
  readonly answer: (text: string | undefined) => void;
}

const asked = signal<Asked | undefined>(undefined);

/** Asks before something is done. Answers undefined when it is not to be, else the text ("" where none was asked for). */
export function confirm(question: Question): Promise<string | undefined> {
  return new Promise((resolve) => {
    asked.value?.answer(undefined);
    asked.value = {
      ...question,
      answer: (text) => {
        asked.value = undefined;
        resolve(text);
      },
    };
  });
}

export function ConfirmHost() {
  return asked.value && <Confirm key={asked.value.title} question={asked.value} />;
}

function Confirm({ question }: { readonly question: Asked }) {
  const { title, body, act, danger, ask, answer } = question;
  const [text, setText] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    answer(text.trim());
  };
  return (
    <Dialog title={title} onClose={() => answer(undefined)}>
      <form onSubmit={submit} class="dialog-form">
        {typeof body === "string" ? <p class="muted">{body}</p> : body}
        {ask && (
          <label class="field">
            <span>{ask.label}</span>
            <input
              class="input"
              value={text}
              maxLength={200}
              required={ask.required === true}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            {ask.hint && <small>{ask.hint}</small>}
          </label>
        )}
        <div class="dialog-actions">
          <Button onClick={() => answer(undefined)}>Cancel</Button>
          <Button submit kind={danger ? "danger" : "primary"}>
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
