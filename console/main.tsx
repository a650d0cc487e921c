import { signal } from "@preact/signals";
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/parts.css";
import "./pages/events/events.css";
import type { ApiProblem } from "./api/problem.ts";
import { resume } from "./api/session.ts";
import { viewer } from "./api/viewer.ts";
import { LogIn } from "./app/login.tsx";
import { Shell } from "./app/shell.tsx";

const refused = signal<ApiProblem | undefined>(undefined);

function Console() {
  if (viewer.value === undefined) return null;
  return viewer.value === null ? <LogIn problem={refused.value} /> : <Shell />;
}

render(<Console />, document.getElementById("app") as HTMLElement);
refused.value = await resume();
