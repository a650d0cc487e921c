/** How long a byte counts as news of how fast its body comes in. */
const memoryMs = 1_000;

/** Memory that bodies hold together. What they announce is free; what has come in counts. */
export interface BodyBudget<Owner> {
  /**
   * `owner` holds `size` by now. When that is more than there is, the bodies that come in slowest are
   * dropped until it fits; `owner` may be among them.
   */
  hold(owner: Owner, size: number, drop: () => void): void;
  /** Its body is here: it is not dropped any more. */
  keep(owner: Owner): void;
  release(owner: Owner): void;
}

interface Share {
  size: number;
  /** Bytes that came in, the older the fewer, as of `at`. */
  recent: number;
  at: number;
  readonly since: number;
  /** Absent: the body is here. */
  drop: (() => void) | undefined;
}

export function createBodyBudget<Owner>(
  budget: number,
  now: () => number = () => performance.now(),
): BodyBudget<Owner> {
  const shares = new Map<Owner, Share>();
  let held = 0;

  const release = (owner: Owner) => {
    held -= shares.get(owner)?.size ?? 0;
    shares.delete(owner);
  };
  const dropSlowest = (at: number): boolean => {
    let slowest: { readonly owner: Owner; readonly drop: () => void } | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [owner, share] of shares) {
      const { drop } = share;
      if (drop === undefined) continue;
      const rate = rateOf(share, at);
      if (slowest !== undefined && rate >= least) continue;
      slowest = { owner, drop };
      least = rate;
    }
    if (slowest === undefined) return false;
    release(slowest.owner);
    slowest.drop();
    return true;
  };

  return {
    hold(owner, size, drop) {
      const at = now();
      let share = shares.get(owner);
      if (share === undefined) {
        share = { size: 0, recent: 0, at, since: at, drop };
        shares.set(owner, share);
      }
      const more = size - share.size;
      share.recent = share.recent * fading(at - share.at) + more;
      share.at = at;
      share.size = size;
      held += more;
      while (held > budget && dropSlowest(at));
    },
    keep(owner) {
      const share = shares.get(owner);
      if (share !== undefined) share.drop = undefined;
    },
    release,
  };
}

/** Of the last second or so. What has only begun is as fast as it began: a newcomer does not lose for being new. */
function rateOf({ recent, at, since }: Share, now: number): number {
  return (recent * fading(now - at)) / (1 - fading(now - since));
}

function fading(ms: number): number {
  return Math.exp(-ms / memoryMs);
}
