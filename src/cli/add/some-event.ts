import { readFile } from "node:fs/promises";
import type { WaypostEvent } from "../../contracts.ts";
import type { CommandParts } from "../common/command.ts";
import { askOps, CommandError, type OpsFlags } from "../common/ops-client.ts";

const sample = new URL("../../../fixtures/events/message-text.json", import.meta.url);

/** The newest message that a Waypost running here has; where none runs or has one, a made-up one. */
export async function someEvent({
  resolve,
  flags,
}: Pick<CommandParts, "resolve"> & { readonly flags: OpsFlags }): Promise<WaypostEvent> {
  try {
    const query = { type: ["whatsapp.message.*"], limit: 1 };
    const { items } = await askOps(flags, resolve, (client) =>
      client.get("/api/events", { query }),
    );
    if (items[0] !== undefined) return items[0];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  const [event] = JSON.parse(await readFile(sample, "utf8")) as WaypostEvent[];
  if (event === undefined) throw new Error("the sample is empty");
  return event;
}
