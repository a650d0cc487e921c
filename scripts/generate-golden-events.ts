import { readdirSync, readFileSync } from "node:fs";
import type { WaypostEvent } from "../src/event/generated.ts";

const folder = new URL("../fixtures/events/", import.meta.url);

/** An event of fixtures/events and the name of its file. */
export interface GoldenEvent {
  readonly file: string;
  readonly event: WaypostEvent;
}

/** All of fixtures/events, by file name; those that show a trap come last, for they make poor examples. */
export function readGoldenEvents(): GoldenEvent[] {
  const files = readdirSync(folder).sort();
  const isTrap = (name: string) => name.startsWith("trap-");
  return [...files.filter((name) => !isTrap(name)), ...files.filter(isTrap)].flatMap((file) => {
    const events: WaypostEvent[] = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    return events.map((event) => ({ file, event }));
  });
}
