import { type Answer, api } from "../../api/client.ts";
import { confirm } from "../../ui/confirm.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";

export type Checked = Answer<"POST", "/api/destinations/{name}/check">;

/** Until it is resumed, or for `2h`. */
export async function pause(
  name: string,
  forHow: string | undefined,
  done: () => void,
): Promise<void> {
  const reason = await confirm({
    title: forHow === undefined ? `Pause ${name}` : `Pause ${name} for two hours`,
    body:
      forHow === undefined
        ? "What is on its way ends first. Everything else waits until it is resumed, in order, and nothing is lost."
        : "What is on its way ends first. Everything else waits, in order, and goes on by itself. Nothing is lost.",
    act: "Pause",
    ask: { label: "Why", hint: "Shown to everybody here. No personal data." },
  });
  if (reason === undefined) return;
  try {
    const body = { ...(reason !== "" && { reason }), ...(forHow !== undefined && { for: forHow }) };
    await api.post("/api/destinations/{name}/pause", { path: { name }, body });
    toast(`Paused ${name}`);
  } catch (error) {
    toastProblem(error);
  }
  done();
}

/** Also of one that is out: it is tried at once. */
export async function resume(name: string, state: string, done: () => void): Promise<void> {
  try {
    await api.post("/api/destinations/{name}/resume", { path: { name } });
    toast(state === "out" ? `Trying ${name}` : `Resumed ${name}`);
  } catch (error) {
    toastProblem(error);
  }
  done();
}

/** What the vendor says to harmless calls. Nothing is delivered. */
export async function check(name: string): Promise<Checked | undefined> {
  return api.post("/api/destinations/{name}/check", { path: { name } }).catch((error) => {
    toastProblem(error);
    return undefined;
  });
}
