import type { Scalar } from "../../contracts/routing.ts";
import type { Contact, ContactChange } from "../../contracts.ts";

/**
 * Something said of a contact: `tag <name>`, `field <name>`, `owner`, `marketing` or `stopped`. What is taken away
 * stays as a note that says so, or another row of the same person would bring it back.
 */
export interface Note {
  readonly name: string;
  readonly at: string;
  readonly value: Scalar | NonNullable<Contact["owner"]>;
  /** The largest that has said something of it. */
  readonly fence?: number;
}

/** Of each name the latest. In any order and grouping to the same result. */
export function joinNotes(notes: Iterable<Note>): Note[] {
  const latest = new Map<string, Note>();
  for (const note of notes) {
    const known = latest.get(note.name);
    if (known === undefined || rank(note) > rank(known)) latest.set(note.name, note);
  }
  return [...latest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of one moment the no wins: `revoked` and `true` sort behind `granted` and `false`. */
function rank({ at, value }: Note): string {
  return `${at} ${JSON.stringify(value)}`;
}

/** The notes with the change in them. */
export function changeNotes(notes: readonly Note[], change: ContactChange, now: string): Note[] {
  const known = new Map(notes.map((note) => [note.name, note]));
  const changed = notesOf(change, known.get("owner")?.value ?? null).flatMap(({ name, value }) => {
    const before = known.get(name);
    const same = JSON.stringify(before?.value ?? null) === JSON.stringify(value);
    const { fence = before?.fence } = change;
    if (same || (fence ?? 0) < (before?.fence ?? 0)) return [];
    return [{ name, value, at: laterThan(before?.at, now), ...(fence !== undefined && { fence }) }];
  });
  return joinNotes([...notes, ...changed, ...consentNotes(change.consent)]);
}

function notesOf(change: ContactChange, owner: Note["value"]): Omit<Note, "at">[] {
  const { removeTags = [], addTags = [], fields = {} } = change;
  return [
    ...removeTags.map((tag) => ({ name: `tag ${tag}`, value: null })),
    ...addTags.map((tag) => ({ name: `tag ${tag}`, value: true })),
    ...Object.entries(fields).map(([name, value]) => ({ name: `field ${name}`, value })),
    ...ownerNote(change.owner, owner),
  ];
}

function ownerNote(change: ContactChange["owner"], owner: Note["value"]): Omit<Note, "at">[] {
  if (change === undefined || (change?.unlessOwned && owner !== null)) return [];
  const value = change === null ? null : { pool: change.pool, name: change.name };
  return [{ name: "owner", value }];
}

/** By the time at which it was said: what comes late takes nothing back. */
function consentNotes(consent: ContactChange["consent"]): Note[] {
  if (consent === undefined) return [];
  const { at, marketing, stopped } = consent;
  return [
    ...(marketing === undefined ? [] : [{ name: "marketing", at, value: marketing }]),
    ...(stopped === undefined ? [] : [{ name: "stopped", at, value: stopped }]),
  ];
}

/** A clock that is behind must not make a change lose against what it is a change of. */
function laterThan(before: string | undefined, now: string): string {
  if (before === undefined || before < now) return now;
  return new Date(Date.parse(before) + 1).toISOString();
}

/** What the notes say of the contact. */
export function noted(
  notes: readonly Note[],
): Pick<Contact, "tags" | "fields" | "owner" | "consent"> {
  const named = (prefix: string) =>
    notes.flatMap(({ name, value }) =>
      name.startsWith(prefix) && value !== null
        ? [[name.slice(prefix.length), value] as const]
        : [],
    );
  const one = (name: string) => notes.find((note) => note.name === name);
  const fields = named("field ").flatMap(([name, value]) =>
    typeof value === "object" ? [] : [[name, value] as const],
  );
  const owner = one("owner")?.value;
  const [marketing, stopped] = [one("marketing"), one("stopped")];
  const at = [marketing, stopped]
    .flatMap((note) => note?.at ?? [])
    .sort()
    .at(-1);
  return {
    tags: named("tag ").map(([name]) => name),
    fields: Object.fromEntries(fields),
    ...(typeof owner === "object" && owner !== null && { owner }),
    consent: {
      ...(marketing?.value === "revoked" && { marketing: "revoked" }),
      ...(stopped?.value === true && { stopped: true }),
      ...(at !== undefined && { at }),
    },
  };
}
