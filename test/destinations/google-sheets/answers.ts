import type { StubAnswer } from "../stub.ts";

/** An answer of Google's, thrown by whatever finds something wrong. */
export class Refusal extends Error {
  readonly answer: StubAnswer;
  constructor(code: number, status: string, message: string, reason?: string) {
    super(message);
    const details =
      reason === undefined
        ? []
        : [
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason,
              domain: "googleapis.com",
            },
          ];
    this.answer = json(code, { error: { code, message, status, ...(reason && { details }) } });
  }
}

export const invalid = (message: string) => new Refusal(400, "INVALID_ARGUMENT", message);

export function json(status: number, body: object): StubAnswer {
  const headers = { "content-type": "application/json; charset=UTF-8" };
  return { status, headers, body: JSON.stringify(body, undefined, 2) };
}

/** Google refuses what it does not know, in bodies and in queries. */
export function knownKeys(body: unknown, keys: readonly string[], where = "Invalid JSON payload") {
  if (typeof body !== "object" || body === null) throw invalid(`${where} received.`);
  const unknown = Object.keys(body).find((key) => !keys.includes(key));
  if (unknown === undefined) return body as Readonly<Record<string, unknown>>;
  throw invalid(`${where} received. Unknown name "${unknown}": Cannot find field.`);
}
