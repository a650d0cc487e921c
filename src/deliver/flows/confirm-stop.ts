import { type FlowRules, requestReply, type WaypostEvent } from "../../contracts.ts";
import { hashId } from "../../event/hash-id.ts";
import type { Template } from "../../support/template.ts";
import type { Circumstances } from "./circumstances.ts";
import type { ConsentNews } from "./consent.ts";
import { renderOf } from "./render.ts";
import { type ScopeParts, scopeOf } from "./scope.ts";

/** `consent.confirm`, compiled. */
export interface Confirmation {
  readonly text: Template;
  readonly via: string;
}

/**
 * Asks for the one reply that reaches who has said stop. Its id follows from the person and the moment, not from the message: two
 * messages of one second, or one that came on two ways, are one stop. Throws DeliveryError.
 */
export async function confirmStop(
  { text, via }: Confirmation,
  { contactId, at }: NonNullable<ConsentNews["stop"]>,
  about: Circumstances,
  parts: ScopeParts & { readonly now: () => number },
): Promise<WaypostEvent[]> {
  const names = new Set(text.variables.map(({ name }) => name));
  const said = renderOf("consent.confirm", text, await scopeOf(names, "", about, parts));
  const words = String(said ?? "").trim();
  if (words === "") return [];
  const made = requestReply({
    ...{ source: about.event, route: "consent", key: "consent.confirm", at: new Date(parts.now()) },
    ...{ via, purpose: "consent", reply: { text: words } },
  });
  return [{ ...made, id: hashId("evt_", ["consent.confirm", contactId, at]) }];
}

/** undefined: nothing is to be confirmed. */
export function confirmationOf(
  { consent }: Pick<FlowRules, "consent">,
  compile: (text: string) => Template,
): Confirmation | undefined {
  const { confirm, via } = consent ?? {};
  return confirm === undefined || via === undefined ? undefined : { text: compile(confirm), via };
}
