import { setImmediate as turn } from "node:timers/promises";
import type { EncodedEvent } from "../../src/contracts.ts";
import type { Spool, SpooledPost } from "../../src/receive/spool.ts";

/** A spool that forgets when the process ends. */
export interface MemorySpool extends Spool {
  /** What waits, oldest first. */
  readonly posts: readonly SpooledPost[];
  /** Appends fail with this. */
  failure: string | undefined;
}

export function createMemorySpool(initial: readonly (readonly EncodedEvent[])[] = []): MemorySpool {
  let seq = 0;
  let posts: SpooledPost[] = initial.map((events) => ({ seq: ++seq, events }));
  const oldestAt = new Date();
  return {
    failure: undefined,
    get posts() {
      return posts;
    },
    async append(events) {
      if (this.failure !== undefined) throw new Error(this.failure);
      const post = { seq: ++seq, events };
      await turn();
      posts.push(post);
    },
    async read(after, maxEvents) {
      await turn();
      const read: SpooledPost[] = [];
      let count = 0;
      for (const post of posts) {
        if (post.seq <= after) continue;
        if (count > 0 && count + post.events.length > maxEvents) break;
        count += post.events.length;
        read.push(post);
      }
      return read;
    },
    async dropThrough(through) {
      await turn();
      posts = posts.filter((post) => post.seq > through);
    },
    depth() {
      const bytes = posts.flatMap((p) => p.events).reduce((sum, p) => sum + p.bytes.length, 0);
      return { posts: posts.length, bytes, ...(posts.length > 0 ? { oldestAt } : {}) };
    },
    close: async () => undefined,
  };
}
