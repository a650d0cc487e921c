import type { Socket } from "node:net";

/** For `clientError`: what is not HTTP, or too long, never reaches the app, and is answered as a problem all the same. */
export function answerBrokenHttp({ code = "" }: NodeJS.ErrnoException, socket: Socket): void {
  const broken = problemOf(code);
  if (broken === undefined || !socket.writable) return void socket.destroy();
  const { status, reason, slug, title } = broken;
  const body = JSON.stringify({ type: `urn:waypost:problem:${slug}`, title, status });
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    "Connection: close",
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

interface Broken {
  readonly status: number;
  readonly reason: string;
  readonly slug: string;
  readonly title: string;
}

function problemOf(code: string): Broken | undefined {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const title = "The request did not come in within 10 seconds.";
    return { status: 408, reason: "Request Timeout", slug: "too-slow", title };
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    const title = "The address and the headers hold more than 16 KB; ask with fewer filters.";
    return { status: 431, reason: "Request Header Fields Too Large", slug: "too-long", title };
  }
  if (!code.startsWith("HPE_")) return undefined;
  return { status: 400, reason: "Bad Request", slug: "no-http", title: "This is no HTTP." };
}
