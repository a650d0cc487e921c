import type { Config } from "../config/config.ts";
import type { Routing } from "../config/routing.ts";
import type { WaypostEvent } from "../contracts.ts";
import { milliseconds } from "../support/duration.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** How long files of an account are kept: as its number says, else its WhatsApp Business Account, else `retention`, else RETENTION_DAYS. */
export function mediaRetention(
  { accounts, retention }: Pick<Routing, "accounts" | "retention">,
  { retentionDays }: Pick<Config, "retentionDays">,
): (account: WaypostEvent["data"]["account"]) => number {
  const byNumber = new Map<string, number>();
  const byBusiness = new Map<string, number>();
  for (const { phoneNumberId, wabaId, retention: own } of Object.values(accounts)) {
    if (own?.media === undefined) continue;
    if (phoneNumberId !== undefined) byNumber.set(phoneNumberId, milliseconds(own.media));
    else if (wabaId !== undefined) byBusiness.set(wabaId, milliseconds(own.media));
  }
  const forAll = retention.mediaMs ?? retentionDays * dayMs;
  return ({ phoneNumberId = "", wabaId = "" }) =>
    byNumber.get(phoneNumberId) ?? byBusiness.get(wabaId) ?? forAll;
}
