import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A broker's address whose connections a test can cut. */
export interface Cuttable {
  readonly url: string;
  /** Resets every connection that is open now; new ones go through. */
  cut(): void;
  close(): Promise<void>;
}

/** Puts a TCP relay before a broker. */
export async function cuttable(brokerUrl: string): Promise<Cuttable> {
  const target = new URL(brokerUrl);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect(Number(target.port || 5672), target.hostname);
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      open.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = new URL(brokerUrl);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    url: url.href,
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
