/** The work's result; after so many ms that of `late`, unless told an error. What was begun goes on unheard. */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  late = (): T => {
    throw new Error(`no answer within ${ms} ms`);
  },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([work, ended.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
