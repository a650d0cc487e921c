import { useLayoutEffect, useRef } from "preact/hooks";

/** What the keys of a page do: a key as `KeyboardEvent.key` has it, or two with a blank between ("g o"). */
export type Keys = Readonly<Record<string, () => void>>;

const layers: { current: Keys }[] = [];
/** How long the second of two keys may take. */
const pairMs = 1_200;
let first: { readonly key: string; readonly at: number } | undefined;

/** While the component is there. Of two with the same key the one that came later has it. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys);
  layer.current = keys;
  // Before it is drawn: whoever sees it may press a key at once.
  useLayoutEffect(() => {
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, []);
}

function actionOf(key: string): (() => void) | undefined {
  return layers.findLast(({ current }) => Object.hasOwn(current, key))?.current[key];
}

/** As a `ref`: what is asked for first when it appears. */
export function takeFocus(input: HTMLElement | null): void {
  input?.focus();
}

/** Not while somebody types, and nothing that the browser means by it. */
function isOurs({ target, metaKey, ctrlKey, altKey }: KeyboardEvent): boolean {
  if (metaKey || ctrlKey || altKey || document.querySelector("dialog[open]")) return false;
  return !(target instanceof HTMLElement && target.closest("input, textarea, select"));
}

addEventListener("keydown", (event) => {
  if (!isOurs(event)) return;
  const { key } = event;
  const pair = first && event.timeStamp - first.at < pairMs ? `${first.key} ${key}` : undefined;
  const act = (pair === undefined ? undefined : actionOf(pair)) ?? actionOf(key);
  first = pair && act ? undefined : { key, at: event.timeStamp };
  if (act === undefined) return;
  event.preventDefault();
  act();
});
