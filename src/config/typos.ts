import { envKeys } from "./env.ts";

/** Warnings about variables that are probably misspelt keys of ours. Shows names only. */
export function findTypos(names: readonly string[]): string[] {
  const known = Object.keys(envKeys).flatMap((key) =>
    envKeys[key]?.["x-secret"] ? [key, `${key}_FILE`] : [key],
  );
  const warnings: string[] = [];
  for (const name of names) {
    const meant = known.includes(name) ? undefined : closest(name, known);
    if (meant) warnings.push(`${name} is not a key of Waypost; did you mean ${meant}?`);
  }
  return warnings;
}

/** The candidate within distance 2 (`most`), if any. Short ones are skipped: HOME is not a misspelt HOST. */
export function closest(
  name: string,
  candidates: readonly string[],
  minLength = 6,
  most = 2,
): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    if (candidate.length < minLength || Math.abs(candidate.length - name.length) > 2) continue;
    const distance = editDistance(name, candidate);
    // A word of two letters is two edits away from any other.
    const near = distance <= most && distance * 2 <= candidate.length;
    if (near && distance < (best?.distance ?? 3)) best = { candidate, distance };
  }
  return best?.candidate;
}

function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
