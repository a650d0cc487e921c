import type { Accounts, WaypostEvent } from "../../contracts.ts";
import { mediaOf } from "../../event/media-of.ts";
import { compilePattern } from "../../event/pattern.ts";

/** Types of events that carry files of inbound messages and echoes: what `media` is bound to. */
export const mediaPatterns: readonly string[] = ["message", "echo"].flatMap((side) =>
  ["image", "video", "audio", "document", "sticker", "edit"].map(
    (type) => `whatsapp.${side}.${type}`,
  ),
);

/** Whether the files of an event are fetched: not those of tests, nor of accounts with `media: off`. */
export function takesMedia(accounts: Accounts): (event: WaypostEvent) => boolean {
  const why = whyNoMedia(accounts);
  return (event) => why(event) === undefined;
}

/** Why the files of an event are not fetched; undefined: they are. */
export function whyNoMedia(accounts: Accounts): (event: WaypostEvent) => string | undefined {
  const tests = mediaPatterns.map(compilePattern);
  const off = Object.values(accounts).filter(({ media }) => media === "off");
  const isOff = ({ account }: WaypostEvent["data"]) =>
    off.some(({ phoneNumberId, wabaId }) =>
      phoneNumberId === undefined
        ? wabaId === account.wabaId
        : phoneNumberId === account.phoneNumberId,
    );
  return (event) => {
    const { type, data } = event;
    if (!tests.some((test) => test(type)) || mediaOf(event).length === 0) {
      return "it has no file of a message to fetch";
    }
    if (data.test) return "files of test events are not fetched";
    return isOff(data) ? "files of its account are not fetched (`media: off`)" : undefined;
  };
}
