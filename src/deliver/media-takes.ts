import type { Accounts, WaypostEvent } from "../contracts.ts";
import { mediaOf } from "../event/media-of.ts";
import { compilePattern } from "../event/pattern.ts";

/** Types of events that carry files of inbound messages and echoes: what `media` is bound to. */
export const mediaPatterns: readonly string[] = ["message", "echo"].flatMap((side) =>
  ["image", "video", "audio", "document", "sticker", "edit"].map(
    (type) => `whatsapp.${side}.${type}`,
  ),
);

/** Whether the files of an event are fetched: not those of tests, nor of accounts with `media: off`. */
export function takesMedia(accounts: Accounts): (event: WaypostEvent) => boolean {
  const tests = mediaPatterns.map(compilePattern);
  const off = Object.values(accounts).filter(({ media }) => media === "off");
  return (event) => {
    const { type, data } = event;
    if (data.test || !tests.some((test) => test(type)) || mediaOf(event).length === 0) return false;
    return !off.some(({ phoneNumberId, wabaId }) =>
      phoneNumberId === undefined
        ? wabaId === data.account.wabaId
        : phoneNumberId === data.account.phoneNumberId,
    );
  };
}
