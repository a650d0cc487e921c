import type { WaypostEvent } from "../contracts.ts";

/** The ids that the business gave to the button or list row that was chosen. */
export function replyIds({ data }: WaypostEvent): string[] {
  const { button, interactive } = data.message ?? {};
  return [button?.payload, interactive?.buttonReply?.id, interactive?.listReply?.id].filter(
    (each): each is string => typeof each === "string",
  );
}
