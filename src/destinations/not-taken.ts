import { DeliveryError } from "../contracts.ts";
import { cleanLine, valueAsText } from "./clean-text.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields that a vendor did not take, by name (`ticket.cf_size`), each with the value that it refused. */
export type NotTaken = ReadonlyMap<string, string>;

/** Which of these options an event fills, and so whoever writes: what is wrong with the others is the operator's to mend. */
export function filledByEvents(options: Fields): ReadonlySet<string> {
  const filled = Object.entries(options).filter(([, value]) => /\{[{%]/.test(String(value)));
  return new Set(filled.map(([name]) => name));
}

/**
 * Writes with these fields of options, and again without those that the vendor refuses: what a customer wrote costs a field at most, never the
 * event. `object`: whose they are, for people. `work` is also given those that are left out by then. What was left out is kept in `kept`.
 */
export async function withWhatIsTaken<T>(
  { fields, object, kept }: { fields: Fields; object: string; kept: Map<string, string> },
  work: (fields: Fields, notTaken: NotTaken) => Promise<T>,
): Promise<T> {
  const left = { ...fields };
  const notTaken = new Map<string, string>();
  for (;;) {
    try {
      const done = await work(left, notTaken);
      for (const [field, value] of notTaken) kept.set(field, value);
      return done;
    } catch (error) {
      const names = refusedOf(error, left);
      if (names.length === 0) throw error;
      for (const name of names) {
        notTaken.set(`${object}.${name}`, shortened(left[name]));
        delete left[name];
      }
    }
  }
}

/** Those that a refusal names; where it names none of them all, for each may be why. */
function refusedOf(error: unknown, fields: Fields): readonly string[] {
  if (!(error instanceof DeliveryError) || error.verdict !== "refused") return [];
  const names = Object.keys(fields);
  const named = names.filter((name) => error.fields?.includes(name));
  return named.length > 0 ? named : names;
}

/** As it is shown to people. */
export function shortened(value: unknown): string {
  return cleanLine(valueAsText(value), 100);
}

const mostLines = 10;

/** For the record that was written without them. */
export function notTakenLines(vendor: string, notTaken: NotTaken): readonly string[] {
  return [...notTaken]
    .slice(0, mostLines)
    .map(([field, value]) => `${field}: ${vendor} did not take "${value}"`);
}

/** The answer of a delivery, with what it was made without. */
export function tellingNotTaken<D extends object>(
  delivered: D,
  notTaken: NotTaken,
): D & { readonly notTaken?: readonly string[] } {
  return notTaken.size === 0 ? delivered : { ...delivered, notTaken: [...notTaken.keys()] };
}
