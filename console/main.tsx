import { signal } from "@preact/signals";
import { render } from "preact";
import "./styles/index.css";
import { resume } from "./api/session.ts";
import { viewer } from "./api/viewer.ts";
import { LogIn } from "./app/login.tsx";
import { Shell } from "./app/shell.tsx";

const refused = signal<unknown>(undefined);

function Console() {
  if (viewer.value === undefined) return null;
  return viewer.value === null ? <LogIn refused={refused.value} /> : <Shell />;
}

render(<Console />, document.getElementById("app") as HTMLElement);
refused.value = await resume();
