import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

interface Props {
  readonly icon: IconName;
  readonly label: string;
  /** Buttons and links. */
  readonly children: ComponentChildren;
}

/** Closes when something in it was chosen, by Escape, and when the focus leaves it. */
export function Menu({ icon, label, children }: Props) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => menu.current?.removeAttribute("open");
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !menu.current?.open) return;
    event.stopPropagation();
    close();
    menu.current.querySelector("summary")?.focus();
  };
  const onFocusOut = (event: FocusEvent) => {
    if (!menu.current?.contains(event.relatedTarget as Node | null)) close();
  };
  return (
    <details ref={menu} class="menu" onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
      <summary class="button plain" title={label}>
        <Icon name={icon} />
        {label}
      </summary>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it are what is pressed */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the buttons in it are what is pressed */}
      <div class="menu-items" onClick={close}>
        {children}
      </div>
    </details>
  );
}
