/** One thing that was looked at. */
export interface Check {
  /** The part of Waypost, or a destination's name. */
  readonly of: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do when it is not ok. */
  readonly remedy?: string;
}

export function good(of: string, found: string): Check {
  return { of, ok: true, found };
}

export function bad(of: string, found: string, remedy?: string): Check {
  return { of, ok: false, found, ...(remedy === undefined ? {} : { remedy }) };
}
