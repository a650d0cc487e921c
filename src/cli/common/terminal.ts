/** Text for a terminal: what others wrote must not move the cursor, and a row must not wrap. */

const control = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Shows control and direction characters as escapes; a line break becomes a space. */
export function escapeControls(text: string): string {
  return text.replace(/\r?\n/g, " ").replace(control, escapeChar);
}

/** JSON in which also the controls that JSON leaves alone are escaped; it parses to the same value. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(control, (char) =>
    char === "\n" ? char : escapeChar(char),
  );
}

function escapeChar(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const graphemes = new Intl.Segmenter();
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** Cuts to so many columns, the last of them an ellipsis when something is cut. */
export function cut(text: string, columns: number): string {
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > columns) return `${dropLast(kept)}…`;
    kept += segment;
  }
  return kept;
}

/** Fills up with spaces to so many columns. */
export function pad(text: string, columns: number): string {
  const used = [...graphemes.segment(text)].reduce((sum, { segment }) => sum + widthOf(segment), 0);
  return text + " ".repeat(Math.max(0, columns - used));
}

function widthOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1;
}

function dropLast(text: string): string {
  return [...graphemes.segment(text)]
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join("");
}

/** Columns of stdout; unbounded when it is not a terminal, so that a pipe gets all of it. */
export function columns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** `11-20 10:00:01`, in the terminal's time zone. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "??-?? ??:??:??";
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `3 h 12 min`, the two largest units; `0 s` for nothing or less. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Escaped, and cut to the terminal. */
export function fitted(line: string): string {
  return cut(escapeControls(line), columns());
}

/** As one line of JSON, else in these lines. */
export function show<T>(
  value: T,
  json: true | undefined,
  linesOf: (value: T) => string | readonly string[],
): void {
  if (json) print(safeJson(value));
  else for (const line of [linesOf(value)].flat()) print(line);
}

/** Each of them; of none, that there is none, on stderr. */
export function showEach<T>(
  values: readonly T[],
  json: true | undefined,
  linesOf: (value: T) => string | readonly string[],
  none: string,
): void {
  for (const value of values) show(value, json, linesOf);
  if (values.length === 0) process.stderr.write(`${none}\n`);
}
