import type { DestinationCheck } from "../../contracts.ts";
import type { ClientFor } from "./client.ts";
import { slackFailure } from "./failure.ts";
import { findChannel } from "./find-channel.ts";

/** Token, scopes and channel, by calls that change nothing. */
export async function checkSlack(
  clientFor: ClientFor,
  channel: string,
  signal: AbortSignal,
): Promise<DestinationCheck[]> {
  const { client, last } = clientFor(signal);
  try {
    const { user, team, response_metadata } = await client.auth.test();
    const scopes = new Set(response_metadata?.scopes);
    const detail = `the bot ${user ?? "?"} in the workspace ${team ?? "?"}`;
    return [
      { name: "token", ok: true, detail },
      writing(scopes),
      uploading(scopes),
      history(scopes),
      await visible(clientFor, channel, { scopes, signal }),
    ];
  } catch (error) {
    return [{ name: "token", ok: false, detail: slackFailure(error, last, signal).message }];
  }
}

function writing(scopes: ReadonlySet<string>): DestinationCheck {
  const ok = scopes.has("chat:write");
  const missing = "the scope chat:write is missing: add it to the app and install it again";
  return { name: "posting", ok, detail: ok ? "it may post" : missing };
}

function uploading(scopes: ReadonlySet<string>): DestinationCheck {
  const ok = scopes.has("files:write");
  const missing =
    "without files:write a line says that there was a photo or document, and the file is not there: add the scope and install the app again";
  return { name: "files", ok, detail: ok ? "files follow their messages" : missing };
}

function history(scopes: ReadonlySet<string>): DestinationCheck {
  const ok = scopes.has("channels:history") || scopes.has("groups:history");
  return {
    name: "history",
    ok,
    detail: ok
      ? "a post whose answer was lost is looked up before it is repeated"
      : "without channels:history (private channels: groups:history) a post whose answer was lost is repeated, and counted: add the scope and install the app again",
  };
}

async function visible(
  clientFor: ClientFor,
  given: string,
  { scopes, signal }: { scopes: ReadonlySet<string>; signal: AbortSignal },
): Promise<DestinationCheck> {
  const name = "channel";
  const { client, last } = clientFor(signal);
  if (!scopes.has("channels:read") && !scopes.has("groups:read")) {
    const detail = "cannot be looked at without channels:read (private channels: groups:read)";
    return { name, ok: false, detail };
  }
  try {
    const id = await findChannel(client, given);
    if (id === undefined) {
      return {
        name,
        ok: false,
        detail: "the bot sees no channel of that name: invite it, or use the channel's id",
      };
    }
    const { channel = {} } = await client.conversations.info({ channel: id });
    if (channel.is_archived) {
      return { name, ok: false, detail: "it is archived: choose another one" };
    }
    if (channel.is_member || scopes.has("chat:write.public")) {
      return { name, ok: true, detail: "the bot may post there" };
    }
    return { name, ok: false, detail: "the bot is not in it: invite it to the channel" };
  } catch (error) {
    return { name, ok: false, detail: slackFailure(error, last, signal).message };
  }
}
