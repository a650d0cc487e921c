import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

/** A callback URL that checks signatures, remembers bodies, and answers as a test wants. */
export interface Receiver {
  readonly url: string;
  /** Bodies whose signature was right, in order of arrival. */
  readonly accepted: Buffer[];
  /** When each POST had arrived, in ms since the first. */
  arrivals(): number[];
  close(): Promise<void>;
}

export async function startReceiver(options: {
  readonly appSecret: string;
  readonly verifyToken?: string;
  /** Answers a POST with a right signature; 200 at once unless given. */
  readonly answer?: (response: ServerResponse, index: number) => void;
}): Promise<Receiver> {
  const accepted: Buffer[] = [];
  const times: number[] = [];
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const query = new URL(request.url ?? "", "http://receiver").searchParams;
      const ok = query.get("hub.verify_token") === options.verifyToken;
      response.writeHead(ok ? 200 : 403).end(ok ? query.get("hub.challenge") : "");
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      times.push(performance.now());
      const body = Buffer.concat(chunks);
      const digest = createHmac("sha256", options.appSecret).update(body).digest("hex");
      if (request.headers["x-hub-signature-256"] !== `sha256=${digest}`) {
        response.writeHead(401).end();
        return;
      }
      accepted.push(body);
      if (options.answer === undefined) response.writeHead(200).end();
      else options.answer(response, accepted.length - 1);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/webhooks/whatsapp`,
    accepted,
    arrivals: () => times.map((time) => time - (times[0] ?? 0)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
