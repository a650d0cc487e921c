import type { ComponentChildren } from "preact";
import type { Trouble } from "../words/problem.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

interface EmptyProps {
  readonly icon?: IconName;
  readonly title: string;
  /** What to do, or why that is fine. */
  readonly children?: ComponentChildren;
}

export function Empty({ icon, title, children }: EmptyProps) {
  return (
    <div class="state fade">
      {icon && <Icon name={icon} />}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Where filters leave nothing of what there is. */
export function NoneFits({ what }: { readonly what: string }) {
  const all = what.replace(/y$/, "ie");
  return (
    <Empty icon="filter" title={`No ${what} fits`}>
      <p>Take a filter away, or look further back.</p>
      <a class="button" href={`#/${all}s`}>
        Show all {all}s
      </a>
    </Empty>
  );
}

interface FailedProps {
  readonly problem: Trouble;
  readonly retry: () => void;
}

/** In place of what could not be loaded. */
export function Failed({ problem, retry }: FailedProps) {
  return (
    <div class="state" role="alert">
      <Icon name="warning" />
      <h2>{problem.title}</h2>
      {problem.details.map((detail) => (
        <p key={detail}>{detail}</p>
      ))}
      <Button icon="retry" onClick={retry}>
        Try again
      </Button>
    </div>
  );
}

interface AbsentProps {
  readonly problem: Trouble | undefined;
  readonly retry: () => void;
  readonly rows?: number;
}

/** In place of what is not there: why it could not be loaded, or that it is being loaded. */
export function Absent({ problem, retry, rows }: AbsentProps) {
  return problem ? <Failed problem={problem} retry={retry} /> : <LoadingRows rows={rows} />;
}

/** Above what is still shown although it could not be loaded again. */
export function Stale({ problem, retry }: FailedProps) {
  return (
    <div class="notice bad" role="alert">
      <span>{problem.title} What you see may be old.</span>
      <Button kind="plain" onClick={retry}>
        Try again
      </Button>
    </div>
  );
}

const widths = ["w5", "w7", "w4", "w6", "w5", "w7", "w6", "w4"];

/** As high as the rows that will be there. */
function LoadingRows({ rows = 8 }: { readonly rows?: number | undefined }) {
  return (
    <div aria-busy="true">
      <span class="unseen" role="status">
        Loading
      </span>
      <ul class="skeleton-rows" aria-hidden="true">
        {Array.from({ length: rows }, (_, row) => (
          <li key={row}>
            <span class="skeleton w2" />
            <span class={`skeleton ${widths[row % widths.length]}`} />
          </li>
        ))}
      </ul>
    </div>
  );
}
