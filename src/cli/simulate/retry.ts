const firstMs = 500;
const longestMs = 30_000;

/**
 * The waits before each repeat of one POST, in ms: at once, then 0.5 s, 1 s, 2 s … up to 30 s, each with up
 * to a quarter of jitter. Meta documents no more than "at once, then less and less often". undefined: give up,
 * `forMs` after the first answer (Meta: 7 days).
 */
export function retryDelays(forMs: number | undefined): () => number | undefined {
  if (forMs === undefined) return () => undefined;
  let spent = 0;
  let repeat = 0;
  return () => {
    const backoff = Math.min(longestMs, firstMs * 2 ** (repeat - 1));
    const delay = repeat === 0 ? 0 : Math.round(backoff * (1 + Math.random() / 4));
    repeat += 1;
    spent += delay;
    return spent > forMs ? undefined : delay;
  };
}
