import { createHash, randomBytes } from "node:crypto";

/** All chance in simulated traffic comes from one of these: the same seed draws the same values. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** An integer, 0 ≤ x < limit. */
  below(limit: number): number;
  /** An integer, from ≤ x ≤ to. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  /** Throws a RangeError on an empty list. */
  pick<T>(list: readonly T[]): T;
  digits(length: number): string;
  base64(length: number): string;
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** sfc32, keyed with the sha256 of the seed. Not for secrets. */
export function createRandom(seed: string): Random {
  const next = sfc32(createHash("sha256").update(seed).digest());
  const below = (limit: number) => Math.floor(next() * limit);
  const word = (alphabet: string, length: number) => {
    let text = "";
    for (let i = 0; i < length; i += 1) text += alphabet.charAt(below(alphabet.length));
    return text;
  };
  return {
    next,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (probability) => next() < probability,
    pick(list) {
      const index = below(list.length);
      const value = list[index];
      if (value === undefined && index >= list.length) throw new RangeError("nothing to pick from");
      return value as (typeof list)[number];
    },
    digits: (length) => word("0123456789", length),
    base64: (length) => word(base64Alphabet, length),
  };
}

function sfc32(key: Buffer): () => number {
  let a = key.readInt32LE(0);
  let b = key.readInt32LE(4);
  let c = key.readInt32LE(8);
  let counter = key.readInt32LE(12);
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
}

/** 2026-11-20T09:00:00Z: the start of traffic whose seed names no time. */
const defaultStart = 1_795_165_200;

/** A new seed that also holds the present time, so that it alone brings the same bytes again. */
export function newSeed(now: Date): string {
  return `${randomBytes(4).toString("hex")}@${Math.floor(now.getTime() / 1000)}`;
}

/** The Unix seconds that payload times count from: what follows `@` in the seed, else a fixed day. */
export function startOfSeed(seed: string): number {
  const match = /@(\d{9,10})$/.exec(seed);
  return match === null ? defaultStart : Number(match[1]);
}

/**
 * Answers yes for exactly this share of the calls, spread evenly (a coin would miss small counts): 10 %
 * of 20 are 2.
 */
export function createShare(percent: number, random: Random): () => boolean {
  let carry = random.next() * 0.999;
  return () => {
    carry += percent / 100;
    if (carry < 1) return false;
    carry -= 1;
    return true;
  };
}
