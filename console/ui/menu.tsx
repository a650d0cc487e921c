import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { useKeys } from "./keys.ts";

interface Props {
  readonly icon: IconName;
  readonly label: string;
  /** Opens it. */
  readonly shortcut?: string;
  /** Buttons and links. */
  readonly children: ComponentChildren;
}

/** Closes when something in it was chosen and by Escape, with the focus on its button again, and when the focus leaves it. */
export function Menu({ icon, label, shortcut, children }: Props) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => menu.current?.removeAttribute("open");
  const leave = () => {
    close();
    menu.current?.querySelector("summary")?.focus();
  };
  useKeys(
    shortcut === undefined
      ? {}
      : { [shortcut]: () => menu.current?.querySelector("summary")?.click() },
  );
  const onToggle = () => menu.current?.open && step(menu.current, 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && menu.current?.open) {
      event.preventDefault();
      step(menu.current, by);
    }
    if (event.key !== "Escape" || !menu.current?.open) return;
    event.stopPropagation();
    leave();
  };
  const onFocusOut = (event: FocusEvent) => {
    if (!menu.current?.contains(event.relatedTarget as Node | null)) close();
  };
  return (
    <details
      ref={menu}
      class="menu"
      onToggle={onToggle}
      onKeyDown={onKeyDown}
      onFocusOut={onFocusOut}
    >
      <summary class="button plain" title={label}>
        <Icon name={icon} />
        <span>{label}</span>
      </summary>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it are what is pressed */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the buttons in it are what is pressed */}
      <div class="menu-items" onClick={leave}>
        {children}
      </div>
    </details>
  );
}

function step(menu: HTMLElement, by: number): void {
  const items = [...menu.querySelectorAll<HTMLElement>(".menu-items > :is(a, button)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + by + items.length) % items.length]?.focus();
}
