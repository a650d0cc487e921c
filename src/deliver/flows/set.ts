import { createHash } from "node:crypto";
import { isOpen } from "../../contracts/business-hours.ts";
import type { Change, Contact, FlowRules, Scalar } from "../../contracts.ts";
import type { Circumstances, FlowMemory } from "./circumstances.ts";

interface SetParts {
  readonly rules: FlowRules;
  readonly memory: Pick<FlowMemory, "contacts">;
  readonly now: () => number;
}

/** As the configuration allows. */
const mostTopicLength = 200;

/** Carries out what a route's `set` says, with its templates rendered. */
export async function change(
  { tag, owner }: Change,
  {
    fields,
    topic,
  }: { readonly fields: Record<string, Scalar>; readonly topic: string | undefined },
  about: Circumstances,
  { fence, ...parts }: SetParts & { readonly fence: number },
): Promise<void> {
  const { contacts } = parts.memory;
  const { conversationId } = about.event.data;
  if (topic !== undefined && conversationId !== undefined) {
    await contacts.setTopic(conversationId, topic, { event: about.event.id, fence });
  }
  const changes = tag !== undefined || owner !== undefined || Object.keys(fields).length > 0;
  const contact = changes ? await about.contact() : undefined;
  if (contact === undefined) return;
  const picked = owner && pick(owner.pool, contact, parts);
  await contacts.change(contact.id, {
    fence,
    ...(tag && { addTags: tag.add, removeTags: tag.remove }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(picked && { owner: { ...picked, unlessOwned: true } }),
  });
}

/** A text without content is none: the conversation stays about what it was about. */
export function topicOf(rendered: unknown): string | undefined {
  if (rendered === null || rendered === undefined) return undefined;
  const text = typeof rendered === "object" ? JSON.stringify(rendered) : String(rendered);
  return [...text.trim()].slice(0, mostTopicLength).join("") || undefined;
}

/** What is no scalar is kept as JSON. */
export function scalars(rendered: unknown): Record<string, Scalar> {
  return Object.fromEntries(
    Object.entries(rendered as Record<string, unknown>).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null ? JSON.stringify(value) : (value as Scalar),
    ]),
  );
}

/** By the contact's hash among those on duty; where nobody is, among all. */
function pick(pool: string, { id }: Contact, { rules, now }: SetParts) {
  const members = rules.pools[pool] ?? [];
  const onDuty = members.filter(({ hours }) => {
    const open = hours === undefined ? undefined : rules.hours[hours];
    return open === undefined || isOpen(open, new Date(now()));
  });
  const choice = onDuty.length > 0 ? onDuty : members;
  const member = choice[createHash("sha256").update(id).digest().readUInt32BE() % choice.length];
  return member && { pool, name: member.name };
}
