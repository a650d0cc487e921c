import { createHmac } from "node:crypto";
import type { Random } from "./random.ts";

const escaped = /[/\u007f-\uffff]/;
const escapable = /\\.|[/\u007f-\uffff]/gs;

/**
 * JSON text as Meta puts it on the wire: ASCII only, `ü` as `\u00fc` (lower-case hex, surrogates one by
 * one) and `/` as `\/`. Escapes that are there already stay as they are.
 */
export function toWire(json: string): string {
  return escaped.test(json) ? json.replace(escapable, escapeOne) : json;
}

function escapeOne(found: string): string {
  if (found.startsWith("\\")) return found;
  if (found === "/") return "\\/";
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The value of `X-Hub-Signature-256` over exactly these bytes. */
export function sign(bytes: Uint8Array, appSecret: string): string {
  return `sha256=${createHmac("sha256", appSecret).update(bytes).digest("hex")}`;
}

/** What a forger or a broken proxy would send in place of the signature; undefined is no header at all. */
export function signBadly(bytes: Buffer, appSecret: string, random: Random): string | undefined {
  const good = sign(bytes, appSecret);
  const forgeries: (() => string | undefined)[] = [
    () => undefined,
    () => "",
    () => sign(bytes, `${appSecret}x`),
    () => `sha1=${createHmac("sha1", appSecret).update(bytes).digest("hex")}`,
    () => good.slice("sha256=".length),
    () => good.slice(0, -1),
    () => flipDigit(good, random),
    () => sign(Buffer.concat([bytes, Buffer.from(" ")]), appSecret),
  ];
  return random.pick(forgeries)();
}

function flipDigit(signature: string, random: Random): string {
  const at = "sha256=".length + random.below(64);
  const flipped = (Number.parseInt(signature.charAt(at), 16) ^ (1 << random.below(4))).toString(16);
  return signature.slice(0, at) + flipped + signature.slice(at + 1);
}

/** Characters that fill exactly this many bytes on the wire: words, with an accent and an emoji now and then. */
export function textOfWireBytes(bytes: number, random: Random): string {
  const words = ["blue", "backpack", "Grüße", "order", "señal", "thanks", "👍", "tomorrow"];
  let text = "";
  let left = bytes;
  for (;;) {
    const word = random.pick(words);
    const cost = toWire(word).length + 1;
    if (cost > left) return text + ".".repeat(left);
    text += `${word} `;
    left -= cost;
  }
}
