import { DeliveryError } from "../../contracts.ts";
import { type Template, TemplateError } from "../../support/template.ts";

/** `what`: which template, for people. Throws DeliveryError. */
export function renderOf(what: string, template: Template, scope: object): unknown {
  try {
    return template.render(scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { kind, place, reason } = error;
    const where = [what, place].filter(Boolean).join(" at ");
    // Too long a time may be the machine's fault.
    throw new DeliveryError(kind === "limit" ? "outage" : "refused", `${where}: ${reason}`);
  }
}
