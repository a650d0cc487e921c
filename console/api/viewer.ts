import { signal } from "@preact/signals";

export type Scope = "read" | "content" | "publish" | "operate" | "privacy" | "admin";

/** Who looks at the console. */
export interface Viewer {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Sees names and texts without asking for each. */
  readonly revealed: boolean;
}

/** undefined: not known yet; null: nobody, the page to log in is shown. */
export const viewer = signal<Viewer | null | undefined>(undefined);

export function may(scope: Scope): boolean {
  return viewer.value?.scopes.includes(scope) ?? false;
}
