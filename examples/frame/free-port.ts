import { once } from "node:events";
import { createServer } from "node:net";

/** The wanted one, or another where it is taken. */
export async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    const address = server.address();
    if (!isFree || address === null || typeof address === "string") continue;
    server.close();
    await once(server, "close");
    return address.port;
  }
  throw new Error("No port is free.");
}
