import { signal } from "@preact/signals";
import { formatFragment, parseFragment, type Route } from "./fragment.ts";

/** Where the console is. All of it stands in the fragment, which no server and no log sees. */
export const route = signal<Route>(parseFragment(location.hash));

addEventListener("hashchange", () => {
  route.value = parseFragment(location.hash);
});

export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

export function href(page: string, id?: string, params: Changes = {}): string {
  return formatFragment({
    page,
    ...(id !== undefined && { id }),
    params: apply(new URLSearchParams(), params),
  });
}

/** The same page and filters, with another thing open; without `id` none. */
export function hrefOf(id: string | undefined, changes: Changes = {}): string {
  const { page, params } = route.value;
  return formatFragment({ page, ...(id !== undefined && { id }), params: apply(params, changes) });
}

export function go(fragment: string): void {
  location.hash = fragment;
}

/** Without a step for the back button: tabs, typing. */
function replace(fragment: string): void {
  history.replaceState(null, "", fragment);
  route.value = parseFragment(location.hash);
}

/** Sets or (undefined, "") takes away filters. What is open stays open. */
export function setParams(
  changes: Changes,
  { step = true }: { readonly step?: boolean } = {},
): void {
  const to = hrefOf(route.value.id, changes);
  if (step) go(to);
  else replace(to);
}

export function param(name: string): string | undefined {
  return route.value.params.get(name) ?? undefined;
}

function apply(params: URLSearchParams, changes: Changes): URLSearchParams {
  const changed = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    changed.delete(name);
    for (const each of [value ?? []].flat()) if (each !== "") changed.append(name, each);
  }
  return changed;
}
