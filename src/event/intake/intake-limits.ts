import { below, type IntakeProblem } from "./intake-problem.ts";

const maxDepth = 32;
const maxValues = 10_000;
const maxText = 65_536;
const maxKey = 256;
/** Of all texts and keys together, in characters. */
const maxSize = 262_144;
const maxProblems = 20;

/** Whatever would not come out of the log as it went in, or is larger than an event may be. Looks at JSON values. */
export function beyondLimits(value: unknown): IntakeProblem[] {
  const walk = new Walk();
  walk.visit(value, "", 0);
  return walk.problems;
}

class Walk {
  readonly problems: IntakeProblem[] = [];
  #values = 0;
  #size = 0;
  #over = false;

  visit(value: unknown, path: string, depth: number): void {
    this.#values += 1;
    if (this.#values > maxValues) this.#end(`holds more than ${maxValues} values`);
    if (this.#over) return;
    if (typeof value === "string") this.#text(value, path);
    else if (typeof value === "number") this.#number(value, path);
    else if (typeof value === "object" && value !== null) this.#inside(value, path, depth);
  }

  #inside(value: object, path: string, depth: number): void {
    if (depth >= maxDepth) {
      this.#say(path, `is deeper than ${maxDepth} levels`, "Tell less, or flatten it");
      return;
    }
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) this.visit(item, below(path, at), depth + 1);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (this.#over) return;
      const at = below(path, key);
      if (key === "__proto__") this.#say(at, "is no usable key", "Give it another name");
      if (key.length > maxKey)
        this.#say(at, `has more than ${maxKey} characters in its key`, "Shorten it");
      this.#characters(key, at);
      this.visit(inner, at, depth + 1);
    }
  }

  #text(text: string, path: string): void {
    if (text.length > maxText) {
      this.#say(path, `has more than ${maxText} characters`, "Shorten it, or tell where it is");
    }
    this.#characters(text, path);
  }

  #characters(text: string, path: string): void {
    this.#size += text.length;
    if (this.#size > maxSize) this.#end(`holds more than ${maxSize} characters`);
    if (text.includes("\0")) this.#say(path, "holds a NUL character", "Take it out");
    if (!text.isWellFormed()) {
      this.#say(path, "holds half of a surrogate pair", "Send well-formed Unicode");
    }
  }

  #number(number: number, path: string): void {
    const exact = Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
    if (!exact) {
      this.#say(path, "is a number that JSON readers round", "Send it as a text");
    }
  }

  #end(problem: string): void {
    if (!this.#over) this.#say("", problem, "Tell less, or tell where it is");
    this.#over = true;
  }

  #say(path: string, problem: string, remedy: string): void {
    if (this.problems.length < maxProblems) this.problems.push({ path, problem, remedy });
    else this.#over = true;
  }
}
