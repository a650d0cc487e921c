import { TLSSocket } from "node:tls";
import type { buildConnector } from "undici";
import type { DestinationCheck } from "../../contracts.ts";
import { transportError } from "../http/verdicts.ts";

const dayMs = 86_400_000;

/** Resolves the host and connects, with TLS where it is https; sends nothing. */
export async function checkTarget(
  connect: buildConnector.connector,
  url: URL,
  signal: AbortSignal,
): Promise<DestinationCheck> {
  try {
    const socket = await opened(connect, url, signal);
    const detail = socket instanceof TLSSocket ? ofTls(socket) : "connected, without TLS";
    socket.destroy();
    return { name: "connection", ok: true, detail };
  } catch (error) {
    const { message } = transportError(error, signal);
    return { name: "connection", ok: false, detail: `no connection to ${url.host}: ${message}` };
  }
}

type Socket = NonNullable<Parameters<buildConnector.Callback>[1]>;

function opened(connect: buildConnector.connector, url: URL, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Error("no answer in time"));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const { hostname, host, protocol } = url;
    const port = url.port || (protocol === "https:" ? "443" : "80");
    connect({ hostname: hostname.replace(/^\[|\]$/g, ""), host, protocol, port }, (...result) => {
      signal.removeEventListener("abort", onAbort);
      const [error, socket] = result;
      if (signal.aborted) socket?.destroy();
      if (socket) resolve(socket);
      else reject(error);
    });
  });
}

function ofTls(socket: TLSSocket): string {
  const until = new Date(socket.getPeerCertificate().valid_to);
  const days = Math.floor((until.getTime() - Date.now()) / dayMs);
  const protocol = socket.getProtocol() ?? "TLS";
  return Number.isNaN(days)
    ? `connected with ${protocol}`
    : `connected with ${protocol}; its certificate ends in ${days} days`;
}
