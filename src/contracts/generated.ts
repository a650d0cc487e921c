// Generated from the files that src/contracts/ and src/store/ have in common by `npm run generate`. Do not edit.
import type { Installation } from "./installation.ts";
import type { ProcessRegistry } from "./processes.ts";
import type { Replays } from "./replays.ts";
import type { Series } from "./series.ts";

export type * from "./installation.ts";
export type * from "./processes.ts";
export type * from "./replays.ts";
export * from "./series.ts";

/** The collections that other stages ask, each by the name of its file. */
export interface Faces {
  readonly installation: Installation;
  readonly processes: ProcessRegistry;
  readonly replays: Replays;
  readonly series: Series;
}
