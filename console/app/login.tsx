import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { logIn, lookAgain } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { useModal } from "../ui/dialog.tsx";
import { takeFocus } from "../ui/keys.ts";
import { type Trouble, troubleOf } from "../words/problem.ts";
import { Mark } from "./navigation.tsx";

export function LogIn({ refused }: { readonly refused: unknown }) {
  return (
    <main class="login">
      <TokenForm title="Log in" refused={refused} />
    </main>
  );
}

/** Over all that is open, which is there again afterwards, with what was typed. */
export function LogInAgain() {
  const element = useRef<HTMLDialogElement>(null);
  useModal(element);
  useEffect(() => {
    const look = () => void lookAgain();
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, []);
  return (
    <dialog
      ref={element}
      class="login-again"
      aria-label="Log in again"
      onCancel={(event) => event.preventDefault()}
      onClose={() => element.current?.showModal()}
    >
      <div class="login">
        <TokenForm title="Log in again">
          <p class="muted">Your session is over. What you had open is kept, also what you typed.</p>
        </TokenForm>
      </div>
    </dialog>
  );
}

interface Props {
  readonly title: string;
  readonly refused?: unknown;
  readonly children?: ComponentChildren;
}

/** The token goes into one request and is forgotten: the cookie that comes back cannot be read by any page. */
function TokenForm({ title, refused, children }: Props) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<Trouble | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const shown = problem ?? (refused === undefined ? undefined : troubleOf(refused));
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await logIn(token.trim()).catch((error) => setProblem(troubleOf(error)));
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div class="brand">
        <Mark />
        Waypost
      </div>
      <h1>{title}</h1>
      {children}
      <label class="field">
        <span>Token</span>
        <input
          class="input"
          type="password"
          ref={takeFocus}
          name="token"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <small>
          <code>waypost console</code> opens this page logged in. <code>waypost tokens create</code>{" "}
          makes a token for somebody else.
        </small>
      </label>
      {shown && (
        <div class="notice bad" role="alert">
          {[shown.title, ...shown.details].join(" ")}
        </div>
      )}
      <Button submit kind="primary" disabled={busy}>
        Log in
      </Button>
    </form>
  );
}
