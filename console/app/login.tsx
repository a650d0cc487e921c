import { useState } from "preact/hooks";
import { logIn } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { type Trouble, troubleOf } from "../words/problem.ts";
import { Mark } from "./navigation.tsx";

/** The token goes into one request and is forgotten: the cookie that comes back cannot be read by any page. */
export function LogIn({ refused }: { readonly refused: unknown }) {
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
    <main class="login">
      <form onSubmit={(event) => void submit(event)}>
        <div class="brand">
          <Mark />
          Waypost
        </div>
        <h1>Log in</h1>
        <label class="field">
          <span>Token</span>
          <input
            class="input"
            type="password"
            name="token"
            autocomplete="current-password"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <small>
            <code>waypost console</code> opens this page logged in.{" "}
            <code>waypost tokens create</code> makes a token for somebody else.
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
    </main>
  );
}
