import type { Delivered, DeliveryContext, WaypostEvent } from "../../contracts.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import type { OptionTemplates } from "../option-templates.ts";
import { type Person, personOf } from "../person.ts";
import { type Said, said, saidAsText } from "../said.ts";
import { isFromHistory } from "../ticket-rule.ts";

/** What an event says in a conversation at a help desk. */
export interface Saying {
  readonly said: Said;
  /** Instead of what the event says. */
  readonly own: string | undefined;
}

/** With the person whom it concerns; or the answer, where there is nothing to say. */
export async function sayingOf(
  event: WaypostEvent,
  context: DeliveryContext,
  text: OptionTemplates | undefined,
): Promise<Delivered | { readonly person: Person; readonly saying: Saying }> {
  if (isFromHistory(event)) return { answer: "nothing to write: it is from the history" };
  const concerned = said(event) && (await context.concerned());
  const files = await context.files();
  const words = said(event, concerned, files);
  if (words === undefined) return nothingToWrite("it says nothing in a conversation", context);
  const person = await personOf(event, context);
  if (person === undefined) return nothingToWrite("it is about no single person", context);
  const own = await text?.render(context);
  return { person, saying: { said: words, own: own === undefined ? undefined : String(own) } };
}

/** For `routes test`. */
export function previewSaying(event: WaypostEvent, text: OptionTemplates | undefined): unknown {
  const words = said(event);
  if (words === undefined) return { nothing: "it says nothing in a conversation" };
  const own = text?.renderFrom(event);
  return {
    to: event.data.contact?.waId ?? event.data.contact?.userId,
    direction: words.direction,
    body: saidAsText(own === undefined ? words : { ...words, text: String(own) }),
  };
}
