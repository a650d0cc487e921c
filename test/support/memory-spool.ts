import { setImmediate as turn } from "node:timers/promises";
import type { Parcel } from "../../src/contracts.ts";
import type { Spool, SpooledPost } from "../../src/receive/spool.ts";

/** A spool that forgets when the process ends. */
export interface MemorySpool extends Spool {
  /** What waits, oldest first. */
  readonly posts: readonly SpooledPost[];
  /** Appends fail with this. */
  failure: string | undefined;
}

export function createMemorySpool(initial: readonly (readonly Parcel[])[] = []): MemorySpool {
  let seq = 0;
  let posts: SpooledPost[] = initial.map((parcels) => ({ seq: ++seq, parcels }));
  const oldestAt = new Date();
  return {
    failure: undefined,
    get posts() {
      return posts;
    },
    async append(parcels) {
      if (this.failure !== undefined) throw new Error(this.failure);
      const post = { seq: ++seq, parcels };
      await turn();
      posts.push(post);
    },
    async read(after, maxParcels) {
      await turn();
      const read: SpooledPost[] = [];
      let count = 0;
      for (const post of posts) {
        if (post.seq <= after) continue;
        if (count > 0 && count + post.parcels.length > maxParcels) break;
        count += post.parcels.length;
        read.push(post);
      }
      return read;
    },
    async dropThrough(through) {
      await turn();
      posts = posts.filter((post) => post.seq > through);
    },
    depth() {
      const bytes = posts.flatMap((p) => p.parcels).reduce((sum, p) => sum + p.bytes.length, 0);
      return { posts: posts.length, bytes, ...(posts.length > 0 ? { oldestAt } : {}) };
    },
    close: async () => undefined,
  };
}
