import { isBsuid } from "../../event/person-id.ts";
import { phoneText } from "../../event/phone.ts";

/** What somebody pasted may be, by its form alone. */
export interface SearchShape {
  /** Without what stood around it. */
  readonly text: string;
  /** Its prefix says what it is; nothing else is asked for then. */
  readonly prefix?: "conversation" | "contact" | "post" | "quarantined" | "message" | undefined;
  /** May be the id of anything. */
  readonly id?: string;
  /** In some writing. */
  readonly phone?: string;
  readonly user?: string;
  /** What a destination may call its side of it. */
  readonly remote: readonly string[];
}

const prefixes = {
  cnv_: "conversation",
  ctc_: "contact",
  pst_: "post",
  qrn_: "quarantined",
  "wamid.": "message",
} as const;

const maxRemote = 256;

/** Pure. */
export function shapeOf(q: string): SearchShape {
  const text = q.trim().replace(/^["'<“]+|["'>”]+$/gu, "");
  const prefix = Object.entries(prefixes).find(([start]) => text.startsWith(start))?.[1];
  const isId = /^[\x21-\x7e]{1,640}$/.test(text);
  if (prefix !== undefined && isId) return { text, prefix, id: text, remote: [] };
  const phone = phoneText(text);
  const user = isBsuid(text) ? text : undefined;
  return {
    text,
    ...(isId && { id: text }),
    ...(phone !== undefined && { phone }),
    ...(user !== undefined && { user }),
    remote: user === undefined ? remoteIn(text) : [],
  };
}

/** The id itself, `#4711` too, and what a link to it holds: the last parts of its path, and Slack's `p1700000000123456`. */
function remoteIn(text: string): string[] {
  if (text === "" || text.length > 2_048 || /\s/.test(text)) return [];
  const found = [text, text.replace(/^#/, "")];
  const path = /^https?:\/\/[^/]+\/(.*)$/i.exec(text)?.[1];
  if (path !== undefined) {
    const parts = path.split(/[/?#&=]+/).filter((part) => part !== "");
    found.push(...parts.slice(-6).reverse().map(decoded));
    const stamp = /(?:^|\/)p(\d{10})(\d{6})(?:\?|$)/.exec(path);
    if (stamp !== null) found.unshift(`${stamp[1]}.${stamp[2]}`);
  }
  return [...new Set(found)].filter((each) => each !== "" && each.length <= maxRemote);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
