import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";
import { contactKey } from "../../event/contact-keys.ts";
import { isBsuid } from "../../event/person-id.ts";

/** What an id is of, as `x-mask` in the schemas says it. */
export const idKinds = ["person", "message", "event", "delivery", "cursor", "id"] as const;
export type IdKind = (typeof idKinds)[number];

/** The same id has the same pseudonym wherever it stands, in every process that has the installation's key. */
export interface Pseudonyms {
  of(kind: IdKind, id: string): string;
  /** The id behind one of messages, conversations, events and cursors; undefined: it is none of ours. */
  open(pseudonym: string): string | undefined;
}

/** Waypost's own ids lead to nobody: they are random, or a hash of what came. Of events, services cannot give ids that begin so. */
const ownEventId = /^(?:evt|qrn)_[a-z0-9]{1,64}$/;
const ownId = /^(?:(?:dlv|evt|pst|qrn|rpl)_[a-z0-9]{1,64}|ctc_[A-Za-z0-9_-]{1,64}|intake)$/;
const ownDelivery = /^[\w.-]{1,64}:(?:evt|qrn)_[a-z0-9]{1,64}(?::[\w.-]{1,64})?$/;
const ownSource = /^\/(?:whatsapp(?:\/[0-9]{1,32}){0,2}|business|hooks\/[A-Za-z0-9_-]{1,64})$/;
const sealed = /^((?:msg|cnv|evt|cur)_)([A-Za-z0-9_-]{23,})$/;
const tagBytes = 16;
/** A page of events repeats its ids; they are made once. */
const remembered = 20_000;

export function isOwnId(id: string): boolean {
  return ownId.test(id);
}

/**
 * Pseudonyms by an HMAC with the installation's key. Those that may stand in a path or a filter can be opened with the key: the HMAC is
 * the initialization vector with which the id is encrypted, and what authenticates it (as in RFC 5297).
 */
export function createPseudonyms(key: Uint8Array): Pseudonyms {
  const derive = (use: string) => Buffer.from(hkdfSync("sha256", key, "", `waypost ${use}`, 32));
  const [macKey, encryptionKey] = [derive("pseudonym"), derive("pseudonym encryption")];
  const known = new Map<string, string>();

  const tagOf = (prefix: string, text: string) =>
    createHmac("sha256", macKey).update(`${prefix}\0${text}`).digest().subarray(0, tagBytes);
  const seal = (prefix: string, text: string) => {
    const tag = tagOf(prefix, text);
    const cipher = createCipheriv("aes-256-ctr", encryptionKey, tag);
    return prefix + Buffer.concat([tag, cipher.update(text, "utf8")]).toString("base64url");
  };
  const hashed = (prefix: string, text: string) =>
    prefix + tagOf(prefix, text).toString("base64url");
  const makers: Record<IdKind, (id: string) => string> = {
    person: (id) => hashed("per_", personOf(id)),
    message: (id) => seal("msg_", id),
    event: (id) => (ownEventId.test(id) ? id : seal("evt_", id)),
    cursor: (id) => seal("cur_", id),
    delivery: (id) => ofDelivery(id, seal),
    id: (id) => {
      if (isOwnId(id) || ownSource.test(id) || ownDelivery.test(id)) return id;
      if (id.startsWith("cnv_")) return seal("cnv_", id);
      if (/^wa[mc]id\./.test(id)) return seal("msg_", id);
      return isBsuid(id) ? hashed("per_", personOf(id)) : hashed("ref_", id);
    },
  };
  return {
    of(kind, id) {
      const name = `${kind} ${id}`;
      const before = known.get(name);
      if (before !== undefined) return before;
      const made = makers[kind](id);
      if (known.size >= remembered) known.clear();
      known.set(name, made);
      return made;
    },
    open(pseudonym) {
      const [, prefix, token] = sealed.exec(pseudonym) ?? [];
      if (prefix === undefined || token === undefined) return undefined;
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length <= tagBytes || bytes.toString("base64url") !== token) return undefined;
      const tag = bytes.subarray(0, tagBytes);
      const decipher = createDecipheriv("aes-256-ctr", encryptionKey, tag);
      const text = decipher.update(bytes.subarray(tagBytes)).toString("utf8");
      return timingSafeEqual(tag, tagOf(prefix, text)) ? text : undefined;
    },
  };
}

/** While the installation's key cannot be had: an id is no more than that. */
export const noPseudonyms: Pseudonyms = {
  of: (kind, id) => (kind !== "cursor" && isOwnId(id) ? id : "masked"),
  open: () => undefined,
};

/** Two writings of a phone are one person, and so are two of a username. */
function personOf(id: string): string {
  const isAsItIs: boolean = isBsuid(id);
  return isAsItIs ? id : contactKey(id.trim().replace(/^@/, "").toLowerCase());
}

/** `<destination>:<event id>`, of some with `:<route>` behind it. A service's event id may hold anything. */
function ofDelivery(id: string, seal: (prefix: string, text: string) => string): string {
  const at = id.indexOf(":") + 1;
  const rest = id.slice(at);
  const [eventId = ""] = rest.split(":");
  return ownEventId.test(eventId) ? id : id.slice(0, at) + seal("evt_", rest);
}
