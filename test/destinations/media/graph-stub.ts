import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What becomes of a request for the bytes, instead of the bytes; `wrong` sends others of the same length. */
type BytesFault =
  | "wrong"
  | "cut"
  | "reset"
  | "drip"
  | "hang"
  | "endless"
  | { readonly status: number }
  | { readonly redirect: string };

/** What Graph answers to the question for an address, instead of it. */
export interface InfoFault {
  readonly status: number;
  readonly code?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StubFile {
  readonly bytes: Buffer;
  readonly type?: string;
  /** Told instead of what is true. */
  readonly told?: { readonly size?: number };
  /** For the next requests, in order. */
  readonly info?: InfoFault[];
  readonly faults?: BytesFault[];
}

export interface GraphStub {
  readonly url: string;
  readonly accessToken: string;
  readonly files: Map<string, StubFile>;
  /** Of requests, in order: `info <id>`, `bytes <id>`, each with whether the token came along. */
  readonly asked: { readonly what: string; readonly bearer: boolean; readonly agent: boolean }[];
  /** Addresses that were given out work no more. */
  expire(): void;
  /** Requests for bytes that are being answered. */
  running(): number;
  /** Ends those that hang or drip. */
  release(): void;
  close(): Promise<void>;
}

/**
 * Meta's side of media, as documented: `GET /v24.0/<id>` with the token gives an address, and the address, with the token, the bytes.
 * An address works once it was given out, until `expire`.
 */
export async function startGraph(): Promise<GraphStub> {
  const accessToken = "an-invented-access-token";
  const files: GraphStub["files"] = new Map();
  const asked: GraphStub["asked"] = [];
  const good = new Set<string>();
  const sockets = new Set<Socket>();
  const held = new Set<() => void>();
  let given = 0;
  let running = 0;
  let url = "";

  const info = (id: string, response: ServerResponse) => {
    const file = files.get(id);
    const fault =
      file?.info?.shift() ?? (file === undefined ? { status: 400, code: 100 } : undefined);
    if (fault !== undefined) {
      const error =
        fault.code === undefined ? {} : { error: { message: "invented", code: fault.code } };
      return json(response, fault.status, error, fault.headers);
    }
    given += 1;
    good.add(`${id}?n=${given}`);
    const { bytes = Buffer.alloc(0), type = "image/jpeg", told } = file ?? {};
    json(response, 200, {
      url: `${url}/bytes/${id}?n=${given}`,
      ...{ mime_type: type, sha256: createHash("sha256").update(bytes).digest("hex") },
      ...{ file_size: told?.size ?? bytes.length, id, messaging_product: "whatsapp" },
    });
  };

  const send = (key: string, response: ServerResponse) => {
    const [id = ""] = key.split("?");
    const file = files.get(id);
    if (file === undefined || !good.has(key)) return void response.writeHead(404).end();
    const fault = file.faults?.shift();
    const { bytes } = file;
    if (typeof fault === "object") {
      if ("status" in fault) return void response.writeHead(fault.status).end("<html>no</html>");
      return void response.writeHead(302, { location: fault.redirect }).end();
    }
    if (fault === "reset") return void response.socket?.resetAndDestroy();
    if (fault === "hang") return void held.add(() => response.destroy());
    const length = fault === "endless" ? {} : { "content-length": bytes.length };
    response.writeHead(200, { "content-type": file.type ?? "image/jpeg", ...length });
    if (fault === "wrong") return void response.end(Buffer.alloc(bytes.length, 1));
    if (fault === "cut") {
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
      return;
    }
    if (fault === undefined) return void response.end(bytes);
    const chunk = fault === "endless" ? Buffer.alloc(65_536, 7) : Buffer.alloc(1, 7);
    const timer = setInterval(() => response.write(chunk), fault === "endless" ? 1 : 10);
    const end = () => {
      clearInterval(timer);
      response.destroy();
    };
    held.add(end);
    response.on("close", () => clearInterval(timer));
  };

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search } = new URL(request.url ?? "", url);
    const bearer = request.headers.authorization === `Bearer ${accessToken}`;
    const agent = request.headers["user-agent"] !== undefined;
    const [, kind = "", id = ""] = pathname.split("/");
    asked.push({ what: `${kind === "bytes" ? "bytes" : "info"} ${id}`, bearer, agent });
    if (!bearer) return json(response, 401, { error: { message: "invented", code: 190 } });
    if (kind !== "bytes") return info(id, response);
    running += 1;
    response.on("close", () => {
      running -= 1;
    });
    send(`${id}${search}`, response);
  };

  const server = createServer(answer);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const release = () => {
    for (const end of held) end();
    held.clear();
  };
  return {
    url: `${url}/v24.0`,
    ...{ accessToken, files, asked },
    expire: () => good.clear(),
    running: () => running,
    release,
    async close() {
      release();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A file of so many bytes that begins as a JPEG does. */
export function jpeg(bytes = 1_000, seed = 0): Buffer {
  const file = Buffer.alloc(bytes, seed);
  file.set([0xff, 0xd8, 0xff, 0xe0]);
  return file;
}
