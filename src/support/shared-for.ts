/** The same answer for all who ask at once, and for so long after it came; a failure is not kept. */
export function sharedFor<T>(ms: number, make: () => Promise<T>): () => Promise<T> {
  let shared: Promise<T> | undefined;
  let until = Number.POSITIVE_INFINITY;
  return () => {
    if (shared !== undefined && performance.now() < until) return shared;
    until = Number.POSITIVE_INFINITY;
    const made = make();
    shared = made;
    made.then(
      () => {
        until = performance.now() + ms;
      },
      () => {
        shared = undefined;
      },
    );
    return made;
  };
}
