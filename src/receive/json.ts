import { isUtf8 } from "node:buffer";
import { numberSurvives } from "./json-number.ts";
import type { VerifiedBody } from "./verified-body.ts";

/** MongoDB takes 100 levels, of which an event uses some for itself. */
const maxDepth = 64;
/** Keys and values. A full 3 MB POST of 1,000 items has some 100,000; zeros alone would make 1.5 million. */
const maxTokens = 500_000;
/** As many problems as a quarantined POST keeps. */
const maxProblems = 100;
const maxKeyInPath = 64;

/** Where a body is not what JSON.parse would make of it. `path` is dotted: `entry[0].changes[1].value.x`. */
export interface JsonProblem {
  readonly path: string;
  readonly reason: string;
}

/** Text that is safe to hand to JSON.parse, and what that would change. */
export interface ScannedJson {
  readonly text: string;
  readonly tokens: number;
  readonly problems: readonly JsonProblem[];
}

/** Why a whole body cannot be read. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * One linear pass before JSON.parse, which alone would block for half a second on 3 MB of brackets, and
 * would keep only the last of two equal keys and the nearest double of a number without a word.
 */
export function scanJson(body: VerifiedBody): ScannedJson | Unreadable {
  if (!isUtf8(body)) return { unreadable: "not UTF-8" };
  const decoded = body.toString("utf8");
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  const scan = new Scan(text);
  const unreadable = scan.run();
  if (unreadable !== undefined) return { unreadable };
  return { text, tokens: scan.tokens, problems: scan.problems };
}

/** The value of a scanned text. Its grammar is left to JSON.parse. */
export function parseJson(scanned: ScannedJson): { readonly value: unknown } | Unreadable {
  try {
    return { value: JSON.parse(scanned.text) };
  } catch {
    return { unreadable: "not JSON" };
  }
}

/** So many keys are found faster one by one than by hash. */
const fewKeys = 16;

interface Frame {
  /** The keys so far; undefined in an array. */
  readonly keys: string[] | undefined;
  /** The same, when they are many. */
  many: Set<string> | undefined;
  key: string;
  index: number;
  awaitsKey: boolean;
}

/** The state of one pass. A class, because its fields stay in one hidden shape through 3 million steps. */
class Scan {
  tokens = 0;
  readonly problems: JsonProblem[] = [];
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #top: Frame | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string | undefined {
    const end = this.#text.length;
    for (let at = 0; at < end; ) {
      at = this.#step(this.#text.charCodeAt(at), at);
      if (this.#frames.length > maxDepth) return `deeper than ${maxDepth} levels`;
      if (this.tokens > maxTokens) return `more than ${maxTokens} values`;
    }
    return undefined;
  }

  /** Takes what begins at `at`; answers where the next thing begins. */
  #step(code: number, at: number): number {
    switch (code) {
      case 0x22: // "
        return this.#string(at);
      case 0x2c: // ,
        this.#comma();
        return at + 1;
      case 0x7b: // {
        this.#open([]);
        return at + 1;
      case 0x5b: // [
        this.#open(undefined);
        return at + 1;
      case 0x7d: // }
      case 0x5d: // ]
        this.#frames.pop();
        this.#top = this.#frames.at(-1);
        return at + 1;
      default:
        return this.#scalar(code, at);
    }
  }

  #open(keys: string[] | undefined): void {
    this.tokens += 1;
    this.#top = { keys, many: undefined, key: "", index: 0, awaitsKey: keys !== undefined };
    this.#frames.push(this.#top);
  }

  #comma(): void {
    const top = this.#top;
    if (top === undefined) return;
    if (top.keys === undefined) top.index += 1;
    else top.awaitsKey = true;
  }

  #string(at: number): number {
    this.tokens += 1;
    const close = this.#closingQuote(at);
    if (close === -1) return this.#text.length;
    const top = this.#top;
    if (top?.keys !== undefined && top.awaitsKey) {
      top.awaitsKey = false;
      top.key = unescapeKey(this.#text.slice(at + 1, close));
      if (!isNewKey(top, top.keys)) this.#report("the key occurs more than once");
    }
    return close + 1;
  }

  #closingQuote(at: number): number {
    let close = this.#text.indexOf('"', at + 1);
    while (close !== -1 && this.#backslashesBefore(close) % 2 === 1) {
      close = this.#text.indexOf('"', close + 1);
    }
    return close;
  }

  #backslashesBefore(at: number): number {
    let from = at;
    while (this.#text.charCodeAt(from - 1) === 0x5c) from -= 1;
    return at - from;
  }

  #scalar(code: number, at: number): number {
    if (code !== 0x2d && !isDigit(code)) {
      // t, f, n: a word counts once, at its first letter.
      if (code === 0x74 || code === 0x66 || code === 0x6e) this.tokens += 1;
      return at + 1;
    }
    this.tokens += 1;
    let end = at + 1;
    while (isInNumber(this.#text.charCodeAt(end))) end += 1;
    if (this.problems.length < maxProblems && !numberSurvives(this.#text, at, end)) {
      this.#report("the number does not fit a double");
    }
    return end;
  }

  #report(reason: string): void {
    if (this.problems.length >= maxProblems) return;
    let path = "";
    for (const { keys, key, index } of this.#frames) {
      if (keys === undefined) path += `[${index}]`;
      else path += `${path === "" ? "" : "."}${key.slice(0, maxKeyInPath)}`;
    }
    this.problems.push({ path, reason });
  }
}

/** Remembers it when it is. */
function isNewKey(frame: Frame, keys: string[]): boolean {
  const { key, many } = frame;
  if (many === undefined ? keys.includes(key) : many.has(key)) return false;
  if (many !== undefined) many.add(key);
  else if (keys.push(key) > fewKeys) frame.many = new Set(keys);
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Digits, and `+ - . e E`. NaN, past the end, is none of them. */
function isInNumber(code: number): boolean {
  return (
    isDigit(code) ||
    code === 0x2e ||
    code === 0x65 ||
    code === 0x45 ||
    code === 0x2b ||
    code === 0x2d
  );
}

/** `"a"` and `"\u0061"` are one key. */
function unescapeKey(key: string): string {
  if (!key.includes("\\")) return key;
  try {
    return String(JSON.parse(`"${key}"`));
  } catch {
    return key;
  }
}
