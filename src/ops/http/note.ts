/** What one place says of an object, and another asks for. */
export interface Note<Of extends object, T> {
  get(of: Of): T | undefined;
  set(of: Of, said: T): void;
  has(of: Of): boolean;
}

/**
 * A property that nobody else can name. Not a WeakMap: in its young collections V8 keeps whatever the values of one lead to, and a value
 * that knows its request kept each request until the next whole collection.
 */
export function createNote<Of extends object, T>(name: string): Note<Of, T> {
  const key = Symbol(name);
  type Noted = { [key]?: T };
  return {
    get: (of) => (of as Noted)[key],
    set: (of, said) => {
      (of as Noted)[key] = said;
    },
    has: (of) => key in of,
  };
}
