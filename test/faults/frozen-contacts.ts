import type { Contacts } from "../../src/contracts.ts";

/**
 * Suspends its process by SIGSTOP before this topic is set, and says "has set it" when all that was to be set with it is.
 * `fenced: false`: whoever writes counts as the latest.
 */
export function freezingContacts(
  contacts: Contacts,
  { at, fenced }: { readonly at: string; readonly fenced: boolean },
): Contacts {
  const fenceOf = (fence: number) => (fenced ? fence : Number.MAX_SAFE_INTEGER);
  let frozen = false;
  return {
    ...contacts,
    async setTopic(id, topic, { event, fence }) {
      if (topic === at) {
        frozen = true;
        process.kill(process.pid, "SIGSTOP");
      }
      await contacts.setTopic(id, topic, { event, fence: fenceOf(fence) });
    },
    async change(id, { fence = 0, ...change }) {
      const changed = await contacts.change(id, { ...change, fence: fenceOf(fence) });
      if (frozen) process.stdout.write("has set it\n");
      return changed;
    },
  };
}
