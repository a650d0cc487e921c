import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { serverNow } from "../../api/clock.ts";
import type { Scope } from "../../api/viewer.ts";
import { may } from "../../api/viewer.ts";
import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { type Trouble, troubleOf } from "../../words/problem.ts";

const scopes: readonly (readonly [Scope, string])[] = [
  ["read", "see events, deliveries and states, with names and texts hidden"],
  ["content", "see names, numbers, texts and files"],
  ["publish", "tell Waypost of events"],
  ["operate", "send again, pause, resume, give up"],
  ["privacy", "export and erase a person"],
  ["admin", "tokens, audit, set-up"],
];
const dayMs = 86_400_000;
const lives: readonly (readonly [days: number, words: string])[] = [
  [90, "in 90 days"],
  [30, "in 30 days"],
  [365, "in a year"],
  [0, "never"],
];

export function NewToken({ onClose }: { readonly onClose: () => void }) {
  const [secret, setSecret] = useState<string>();
  return (
    <Dialog title={secret === undefined ? "New token" : "Copy it now"} onClose={onClose}>
      {secret === undefined ? (
        <Form onMade={setSecret} onClose={onClose} />
      ) : (
        <>
          <p class="muted">It is not kept and cannot be shown again.</p>
          <CopyId id={secret} label="the token" />
          <div class="dialog-actions">
            <Button kind="primary" onClick={onClose}>
              Done
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface FormProps {
  readonly onMade: (secret: string) => void;
  readonly onClose: () => void;
}

function Form({ onMade, onClose }: FormProps) {
  const [problem, setProblem] = useState<Trouble>();
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const days = Number(form.get("days"));
    const body = {
      name: `${form.get("name")}`.trim(),
      scopes: form.getAll("scope") as Scope[],
      ...(days > 0 && { expiresAt: new Date(serverNow() + days * dayMs).toISOString() }),
    };
    await api
      .post("/api/tokens", { body })
      .then((made) => onMade(made.secret))
      .catch((error) => setProblem(troubleOf(error)));
  };
  return (
    <form class="dialog-form" onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>Name</span>
        <input class="input" name="name" required pattern="[a-z0-9][a-z0-9._\-]{0,63}" />
        <small>Who uses it, in small letters: anna, crm-sync. The audit shows it.</small>
      </label>
      <fieldset class="scopes">
        <legend>May</legend>
        {scopes
          .filter(([scope]) => may(scope))
          .map(([scope, words]) => (
            <label key={scope}>
              <input type="checkbox" name="scope" value={scope} defaultChecked={scope === "read"} />
              <span>
                {scope} <span class="muted">{words}</span>
              </span>
            </label>
          ))}
      </fieldset>
      <label class="field">
        <span>Expires</span>
        <select class="input" name="days">
          {lives.map(([days, words]) => (
            <option key={days} value={days}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {problem && (
        <div class="notice bad" role="alert">
          {[problem.title, ...problem.details].join(" ")}
        </div>
      )}
      <div class="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button submit kind="primary">
          Make it
        </Button>
      </div>
    </form>
  );
}
