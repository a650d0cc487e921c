import { param, setParams } from "../app/route.ts";

interface Props<T extends string> {
  readonly label: string;
  /** By what the fragment calls them; the first is there without being named. */
  readonly tabs: readonly (readonly [name: T, title: string])[];
}

/** Which of the tabs is open; the fragment says it. */
export function openTab<T extends string>(tabs: Props<T>["tabs"]): T {
  const named = tabs.find(([name]) => name === param("tab"));
  return (named ?? tabs[0] ?? [""])[0] as T;
}

export function Tabs<T extends string>({ label, tabs }: Props<T>) {
  const open = openTab(tabs);
  const select = (name: T | undefined) =>
    setParams({ tab: name === tabs[0]?.[0] ? undefined : name }, { step: false });
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const at = tabs.findIndex(([name]) => name === open);
    select(tabs[(at + by + tabs.length) % tabs.length]?.[0]);
    const list = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => list.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(([name, title]) => (
        <button
          key={name}
          type="button"
          class="tab"
          role="tab"
          aria-selected={name === open}
          tabIndex={name === open ? 0 : -1}
          onClick={() => select(name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
