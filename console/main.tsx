import { render } from "preact";
import "./styles/index.css";
import { resume } from "./api/session.ts";
import { viewer } from "./api/viewer.ts";
import { LogIn } from "./app/login.tsx";
import { Shell } from "./app/shell.tsx";

const refused = await resume();

function Console() {
  return viewer.value ? <Shell /> : <LogIn refused={refused} />;
}

// Until now it held what is painted first (shell.html).
const app = document.getElementById("app") as HTMLElement;
app.replaceChildren();
render(<Console />, app);
