import { signal } from "@preact/signals";
import { troubleOf } from "../words/problem.ts";
import { Icon } from "./icon.tsx";

interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
}

const shownMs = { good: 3_500, bad: 9_000 };
const toasts = signal<readonly Toast[]>([]);
let ids = 0;

/** That something was done. */
export function toast(text: string, tone: Toast["tone"] = "good"): void {
  ids += 1;
  const id = ids;
  toasts.value = [...toasts.value.slice(-2), { id, tone, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((each) => each.id !== id);
  }, shownMs[tone]);
}

/** That it was not, and why. */
export function toastProblem(error: unknown): void {
  const { title, details } = troubleOf(error);
  toast([title, ...details].join(" "), "bad");
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text }) => (
        <div key={id} class={`toast fade ${tone}`}>
          <Icon name={tone === "good" ? "check" : "warning"} />
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}
