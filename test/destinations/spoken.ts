import type { Destination } from "../../src/contracts.ts";

/** A destination, and by its words the event that a vendor was told of: vendors keep no id of ours. Each event of a test says something else. */
export function spoken(destination: Destination): {
  readonly destination: Destination;
  idOf(body: string): string;
} {
  const ids = new Map<string, string>();
  return {
    destination: {
      ...destination,
      deliver(event, context, signal) {
        ids.set(event.data.message?.text?.body ?? "", event.id);
        return destination.deliver(event, context, signal);
      },
    },
    idOf(body) {
      const text = body.replace(/<[^>]*>/g, "").trim();
      const said = [...ids.keys()].find((each) => text === each || text.endsWith(` ${each}`));
      return ids.get(said ?? "") ?? body;
    },
  };
}
