import type { Client } from "../../client/client.ts";
import { CommandError } from "./ops-client.ts";
import { parseTime } from "./times.ts";

/** The filter of a saved view of events, as the command line takes it. Throws CommandError where there is none of the name. */
export async function eventFilterOfView(
  client: Client,
  name: string,
): Promise<Readonly<Record<string, string | readonly string[]>>> {
  const { items } = await client.get("/api/views");
  const views = items.filter(({ page }) => page === "events");
  const view = views.find((each) => each.name === name);
  if (view === undefined) {
    const known = views.map((each) => `“${each.name}”`).join(", ");
    throw new CommandError(
      `There is no view “${name}” of events. ${known === "" ? "None is saved yet." : `There are ${known}.`}`,
    );
  }
  const params = new URLSearchParams(view.filter);
  const type = params.getAll("type");
  const single = [...params].filter(([key]) => key !== "type" && key !== "tab");
  const flags = single.map(([key, value]) => {
    const isTime = key === "from" || key === "to";
    return [key === "messageId" ? "message" : key, isTime ? parseTime(value) : value];
  });
  return {
    ...Object.fromEntries(flags),
    ...(type.length > 0 && { type }),
  };
}
