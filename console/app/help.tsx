import { signal } from "@preact/signals";
import { Dialog } from "../ui/dialog.tsx";
import { pages } from "./pages.ts";

export const helpOpen = signal(false);

const always: readonly (readonly [keys: string, does: string])[] = [
  ["/", "Search"],
  ["j k", "Next and previous row"],
  ["Enter", "Open the row; once more: go into it"],
  ["Esc", "Close what is open"],
  ["v", "Saved views"],
  ["c", "Copy: link, curl, command"],
  ["p", "Pause and resume: the live tail, a destination"],
  ["r", "Send again: a delivery, or all that are shown"],
  ["?", "This list"],
];

export function Help() {
  if (!helpOpen.value) return null;
  const close = () => {
    helpOpen.value = false;
  };
  const rows = [...always, ...pages.map(({ key, title }) => [`g ${key}`, title] as const)];
  return (
    <Dialog title="Shortcuts" onClose={close}>
      <dl class="shortcuts">
        {rows.map(([keys, does]) => (
          <>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}
