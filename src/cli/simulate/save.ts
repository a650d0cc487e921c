import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SimulatedPost } from "./traffic.ts";

/**
 * Passes POSTs on and keeps each: the bytes in `<dir>/000001.json`, and what belongs to them (signature,
 * expected answer, items) as a line of `<dir>/posts.ndjson`.
 */
export function* saving(posts: Iterable<SimulatedPost>, dir: string): Generator<SimulatedPost> {
  mkdirSync(dir, { recursive: true });
  const list = join(dir, "posts.ndjson");
  writeFileSync(list, "");
  for (const post of posts) {
    const { bytes, ...rest } = post;
    const file = `${String(post.index + 1).padStart(6, "0")}.json`;
    writeFileSync(join(dir, file), bytes);
    writeFileSync(list, `${JSON.stringify({ file, ...rest })}\n`, { flag: "a" });
    yield post;
  }
}
