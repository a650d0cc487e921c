import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A proxy in front of a stub, which can be away. */
export interface Front {
  readonly url: string;
  /** Answers 503 to everything meanwhile. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

export async function startFront(target: string): Promise<Front> {
  let isDown = false;
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    if (isDown) {
      incoming.resume();
      return void outgoing.writeHead(503).end();
    }
    const { method = "GET", headers } = incoming;
    const asked = request(new URL(incoming.url ?? "/", target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on("error", () => outgoing.destroy());
    incoming.pipe(asked);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setDown(down) {
      isDown = down;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
