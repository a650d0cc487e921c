import type { Reply } from "./reply.ts";

/** What of a reply does not go together. */
export function misfitOfReply(
  reply: Reply,
): { readonly part: keyof Reply; readonly problem: string; readonly remedy: string } | undefined {
  const withText = (["buttons", "list", "flow"] as const).filter((part) => reply[part]);
  const [part, second] = withText;
  if (part !== undefined && reply.text === undefined) {
    return { part, problem: "stands without a text above it", remedy: "Add text" };
  }
  if (second !== undefined) {
    const problem = `stands beside ${part}, and a message has one of buttons, list and flow`;
    return { part: second, problem, remedy: "Keep one" };
  }
  if (reply.media !== undefined && reply.text !== undefined) {
    const remedy = "Write media.caption, or keep one of the two";
    return { part: "media", problem: "stands beside text, and a message is one of both", remedy };
  }
  return undefined;
}
