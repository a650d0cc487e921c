import { Pool } from "undici";

/** What came of one attempt: an HTTP status, or the error's code where no answer came. */
export type Outcome = number | string;

/** Many connections to one URL, each with one request at a time, as Meta's senders have. */
export function createPostClient(options: {
  readonly url: string;
  readonly connections: number;
  readonly timeoutMs: number;
}) {
  const { origin, pathname, search } = new URL(options.url);
  const { timeoutMs } = options;
  const pool = new Pool(origin, {
    connections: options.connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  });
  const path = pathname + search;
  return {
    /** Never rejects. */
    post: (bytes: Buffer, signature: string | undefined) =>
      new Promise<Outcome>((resolve) => {
        let status = 0;
        const headers = ["content-type", "application/json", "user-agent", "facebookexternalua"];
        if (signature !== undefined) headers.push("x-hub-signature-256", signature);
        pool.dispatch(
          { path, method: "POST", headers, body: bytes },
          {
            onRequestStart: () => undefined,
            onResponseStart: (_controller, code) => {
              status = code;
            },
            onResponseData: () => undefined,
            onResponseEnd: () => resolve(status),
            onResponseError: (_controller, error) => resolve(codeOf(error)),
          },
        );
      }),
    /** Drops what is still under way. */
    close: () => pool.destroy(),
  };
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
