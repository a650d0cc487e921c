import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import type { OptionTemplates } from "../option-templates.ts";
import { type MailAddress, parseAddress } from "./addresses.ts";
import type { EmailOptions } from "./options.ts";

export interface Recipients {
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly replyTo: MailAddress | undefined;
}

type Addressing = Pick<EmailOptions, "to" | "cc" | "replyTo">;

/** Throws DeliveryError `refused` where a template gives no address, or all of them give nobody. */
export function recipientsOf(
  options: Addressing,
  context: Pick<DeliveryContext, "scope">,
): Promise<Recipients> {
  return gather(options, (templates) => templates.render(context));
}

/** From the event alone. Throws as `recipientsOf`. */
export function recipientsFrom({ to, cc }: Addressing, event: WaypostEvent): string[] {
  return [to, cc].flatMap((each) =>
    [each.renderFrom(event)].flat().map((entry) => String(entry ?? "")),
  );
}

async function gather(
  { to, cc, replyTo }: Addressing,
  render: (templates: OptionTemplates) => Promise<unknown>,
): Promise<Recipients> {
  const recipients = addressesIn(await render(to), "to");
  const seen = new Set(recipients.map(({ address }) => address));
  const copied = addressesIn(await render(cc), "cc").filter(({ address }) => !seen.has(address));
  const [answers] = replyTo === undefined ? [] : addressesIn(await render(replyTo), "replyTo");
  if (recipients.length > 0) return { to: recipients, cc: copied, replyTo: answers };
  throw new DeliveryError("refused", "there is nobody to send it to: `to` gives no address");
}

function addressesIn(rendered: unknown, option: string): MailAddress[] {
  const entries = [rendered].flat().map((entry) => String(entry ?? "").trim());
  const byAddress = new Map<string, MailAddress>();
  for (const entry of entries) {
    if (entry === "") continue;
    const parsed = parseAddress(entry);
    if (parsed === undefined) {
      const words = `the template ${option} gives something that is no address`;
      throw new DeliveryError("refused", words);
    }
    if (!byAddress.has(parsed.address)) byAddress.set(parsed.address, parsed);
  }
  return [...byAddress.values()];
}
