import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A TCP proxy before a real server, for what networks do. All of it works on the connections that are open. */
export interface FaultProxy {
  readonly port: number;
  /** The URL of the server, through the proxy. */
  through(url: string): string;
  /** Resets every connection. New ones are taken. */
  cut(): void;
  /** Resets every connection and refuses new ones, or takes them again. */
  refuse(on: boolean): void;
  /** Connections stay open and are taken, and nothing passes; what was sent meanwhile passes when it ends. */
  blackhole(on: boolean): void;
  /** Both ways. 0: none. */
  delay(ms: number, jitterMs?: number): void;
  /** Passes on pieces of so many bytes. 0: as they come. */
  slice(bytes: number): void;
  /** How many connections were taken. */
  taken(): number;
  close(): Promise<void>;
}

interface Faults {
  refuse: boolean;
  delayMs: number;
  jitterMs: number;
  sliceBytes: number;
  /** Pending while nothing passes. */
  open: Promise<void>;
}

export async function startFaultProxy(target: { host?: string; port: number }) {
  const faults: Faults = {
    refuse: false,
    delayMs: 0,
    jitterMs: 0,
    sliceBytes: 0,
    open: Promise.resolve(),
  };
  const sockets = new Set<Socket>();
  let taken = 0;
  let reopen = () => {};
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    track(client);
    if (faults.refuse) return reset(client);
    taken += 1;
    const remote = connect(target.port, target.host ?? "127.0.0.1");
    track(remote);
    void pump(client, remote, faults);
    void pump(remote, client, faults);
  });
  const port = await listen(server);
  const cut = () => {
    for (const socket of sockets) reset(socket);
  };
  const proxy: FaultProxy = {
    port,
    through: (url) => {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${port}`;
      return changed.href;
    },
    cut,
    refuse: (on) => {
      faults.refuse = on;
      if (on) cut();
    },
    blackhole: (on) => {
      reopen();
      if (on) {
        faults.open = new Promise((resolve) => {
          reopen = resolve;
        });
      }
    },
    delay: (ms, jitterMs = 0) => {
      faults.delayMs = ms;
      faults.jitterMs = jitterMs;
    },
    slice: (bytes) => {
      faults.sliceBytes = bytes;
    },
    taken: () => taken,
    close: async () => {
      reopen();
      cut();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Node 20 keeps spinning after the reset of a socket whose end is still on its way: such a one is closed. */
function reset(socket: Socket): void {
  const busy = socket.connecting || socket.writableLength > 0 || socket.writableEnded;
  if (busy) socket.destroy();
  else socket.resetAndDestroy();
}

/** In order: a piece waits for the one before it, so a delay is a latency only when little is on its way. */
async function pump(from: Socket, to: Socket, faults: Faults): Promise<void> {
  try {
    for await (const chunk of from) {
      for (const piece of pieces(chunk, faults.sliceBytes)) {
        await faults.open;
        const ms = faults.delayMs + Math.random() * faults.jitterMs;
        if (ms > 0) await sleep(ms);
        if (!to.write(piece)) await once(to, "drain");
      }
    }
    to.end();
  } catch {
    reset(to);
  }
}

function pieces(chunk: Buffer, size: number): Buffer[] {
  if (size === 0) return [chunk];
  const count = Math.ceil(chunk.length / size);
  return Array.from({ length: count }, (_, i) => chunk.subarray(i * size, (i + 1) * size));
}
