import { api } from "../../api/client.ts";
import { confirm } from "../../ui/confirm.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";

export async function pause(name: string, done: () => void): Promise<void> {
  const reason = await confirm({
    title: `Pause ${name}`,
    body: "What is on its way ends first. Everything else waits until it is resumed, in order, and nothing is lost.",
    act: "Pause",
    ask: { label: "Why", hint: "Shown to everybody here. No personal data." },
  });
  if (reason === undefined) return;
  try {
    const body = reason === "" ? {} : { reason };
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
