import type { ComponentType } from "preact";
import type { IconName } from "../ui/icon.tsx";

/** A page of the console, as `pages/<name>/page.tsx` exports it. */
export interface Page {
  /** In the fragment: `#/<name>`. */
  readonly name: string;
  readonly title: string;
  readonly icon: IconName;
  /** After `g`. */
  readonly key: string;
  readonly Page: ComponentType;
}
