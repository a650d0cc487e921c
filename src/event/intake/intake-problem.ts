/** Why something is not taken in. Holds no value that came, and of keys only those that look like names. */
export interface IntakeProblem {
  /** JSON pointer into what was told; "" is the whole. */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** `path` and a key below it. A key that does not look like a name may be a phone number or a text: it is not shown. */
export function below(path: string, key: string | number): string {
  const shown = typeof key === "number" || /^[A-Za-z_][\w-]{0,63}$/.test(key);
  return `${path}/${shown ? key : "?"}`;
}
