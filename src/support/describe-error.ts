/**
 * An error as a log may show it: class, code, and the message with URLs' credentials, queries, digit runs
 * and quoted text removed, at most 300 characters. Messages of libraries may quote what they were given.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return `${nameError(error)}: ${scrub(error.message)}`.slice(0, 300);
}

/** Class and code alone, for an error whose message may repeat what a stranger answered. */
export function nameError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code}`;
}

/** Its code, for wording of our own: messages of `fs` quote paths. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

function scrub(text: string): string {
  return hideCredentials(text)
    .replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '"…"')
    .replace(/\b[A-Z]{2}\.[A-Za-z0-9.]{4,}/g, "…")
    .replace(/\+?\d[\d\s().-]{6,}\d/g, "…")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, " ");
}

/** Of a URL the last `@` counts, for a password may hold one, and so may it a slash. */
export function hideCredentials(text: string): string {
  return text
    .replace(/\b(basic|bearer)\s+[\w+/.~-]+=*/gi, "$1 …")
    .replace(/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, "$1")
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s?#]*)[?#]\S*/gi, "$1")
    .replace(/[\w+/-]{8,}={0,2}/g, (run) => (isPair(run) ? "…" : run));
}

/** `user:password` in base64. */
function isPair(run: string): boolean {
  return /^[!-9;-~]+:[ -~]+$/.test(Buffer.from(run, "base64").toString("latin1"));
}
