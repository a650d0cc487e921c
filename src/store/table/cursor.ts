import { InvalidCursorError } from "../../contracts.ts";

/** The place after which a page goes on: newest first, ids break ties. */
export interface Position {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}

const shape = /^(\d{1,16}) (.{1,700})$/su;

/** Opaque to clients: base64url. Holds a time and an id, nothing personal. */
export function encodeCursor(position: Position): string {
  return Buffer.from(`${position.at} ${position.id}`, "utf8").toString("base64url");
}

/** Throws InvalidCursorError for anything `encodeCursor` did not make. */
export function parseCursor(cursor: string): Position {
  const text = typeof cursor === "string" ? Buffer.from(cursor, "base64url").toString("utf8") : "";
  const [, at, id] = shape.exec(text) ?? [];
  if (at === undefined || id === undefined || encodeCursor({ at: Number(at), id }) !== cursor) {
    throw new InvalidCursorError("the cursor is not one of a page of this API");
  }
  return { at: Number(at), id };
}
