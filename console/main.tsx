import { render } from "preact";
import "./styles/index.css";
import { ended } from "./api/ended.ts";
import { resume } from "./api/session.ts";
import { viewer } from "./api/viewer.ts";
import { LogIn, LogInAgain } from "./app/login.tsx";
import { Shell } from "./app/shell.tsx";

/** Why a link was not taken: said once, and not again after logging out. */
let refused = await resume();

function Console() {
  if (!viewer.value) return <LogIn refused={refused} />;
  refused = undefined;
  return (
    <>
      <Shell />
      {ended.value && <LogInAgain />}
    </>
  );
}

// Until now it held what is painted first (shell.html).
const app = document.getElementById("app") as HTMLElement;
app.replaceChildren();
render(<Console />, app);
