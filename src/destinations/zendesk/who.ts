import type { BatchItem } from "../../contracts.ts";
import { personOf } from "../person.ts";

/** The person that an event is about, as Zendesk may know them. */
export interface Who {
  /** The one that a new user gets first: by phone where there is one, else by BSUID. */
  readonly externalIds: readonly [string, ...string[]];
  /** As digits: the number first, then how else it is written. None: known by a BSUID alone. */
  readonly phones: readonly string[];
  /** As of their profile. */
  readonly name: string | undefined;
}

/** undefined: it is about no person. A group's event is about its sender. */
export async function whoIs({ event, context }: BatchItem): Promise<Who | undefined> {
  const { groupId: _, ...data } = event.data;
  const person = await personOf({ ...event, data }, context);
  if (person === undefined) return undefined;
  const [first, ...others] = person.ids;
  const known = await context.contact();
  const { name, username } = data.contact ?? {};
  return {
    externalIds: [`wa:${first}`, ...others.map((id) => `wa:${id}`)],
    phones: person.phones,
    name: name ?? known?.name ?? username ?? known?.username,
  };
}
