import type { WebClient } from "@slack/web-api";

/** The id of a channel given by id or #name; undefined when the bot sees none of that name. */
export async function findChannel(client: WebClient, given: string): Promise<string | undefined> {
  if (/^[CGD][A-Z0-9]{6,}$/.test(given)) return given;
  const name = given.replace(/^#/, "");
  let cursor = "";
  do {
    const { channels = [], response_metadata } = await client.conversations.list({
      types: "public_channel,private_channel",
      exclude_archived: true,
      limit: 1000,
      ...(cursor !== "" && { cursor }),
    });
    const found = channels.find((channel) => channel.name === name);
    if (found?.id !== undefined) return found.id;
    cursor = response_metadata?.next_cursor ?? "";
  } while (cursor !== "");
  return undefined;
}
