import { useState } from "preact/hooks";
import { type ApiProblem, asProblem } from "../api/problem.ts";
import { logIn } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { Mark } from "./navigation.tsx";

/** The token goes into one request and is forgotten: the cookie that comes back cannot be read by any page. */
export function LogIn({ problem: before }: { readonly problem?: ApiProblem | undefined }) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(before);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await logIn({ token: token.trim() }).catch((error) => setProblem(asProblem(error)));
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
            <code>waypost console</code> opens this page logged in. <code>waypost tokens create</code> makes a token for
            somebody else.
          </small>
        </label>
        {problem && (
          <div class="notice bad" role="alert">
            {problem.status === 401 ? "That is no valid token, or the link was used before." : problem.message}
          </div>
        )}
        <Button submit kind="primary" disabled={busy}>
          Log in
        </Button>
      </form>
    </main>
  );
}
