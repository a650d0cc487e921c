import { readFile } from "node:fs/promises";
import type { TlsConfig } from "../config/config.ts";
import type { Bus } from "../contracts.ts";
import type { Durable } from "../receive/durability.ts";
import { createDurable } from "../receive/durable.ts";
import { createPostParser } from "../receive/post-parser.ts";
import { createReceiver, type ReceiverTls } from "../receive/server.ts";
import { openSpool, type Spool } from "../receive/spool.ts";
import { type Base, inDataDir } from "./base.ts";

export interface Receiving {
  readonly durable: Durable;
  readonly spool: Spool | undefined;
  readonly port: number;
}

/** The public endpoint with its spool: Meta ──▶ bus. */
export async function startReceiving(base: Base, bus: Bus): Promise<Receiving> {
  const { config, metrics, life } = base;
  const log = base.log.child({ role: "receive" });
  const spool = config.spool.enabled
    ? await openSpool({
        path: await inDataDir(config, "spool.db"),
        maxBytes: config.spool.maxBytes,
        log,
      })
    : undefined;
  if (spool) life.add("spool", () => spool.close());

  const durable = createDurable({
    bus,
    spool,
    deadlineMs: config.http.ackDeadlineMs,
    log,
    metrics,
  });
  durable.start();
  life.add("pump", () => durable.close());

  const parser = createPostParser({ log });
  life.add("reader", () => parser.close());
  parser.warm();

  const receiver = createReceiver({
    host: config.http.host,
    port: config.http.port,
    maxBodyBytes: config.http.maxBodyBytes,
    secrets: config.whatsapp.appSecrets,
    verifyTokens: config.whatsapp.verifyTokens,
    durable,
    parser,
    metrics,
    log,
    ...(config.http.tls && { tls: await readTls(config.http.tls) }),
  });
  life.add("receiver", () => receiver.close());
  const { port } = await receiver.listen();
  log.info("receives webhooks", { port });
  return { durable, spool, port };
}

async function readTls(files: TlsConfig): Promise<ReceiverTls> {
  const [cert, key, clientCa] = await Promise.all([
    readFile(files.certFile),
    readFile(files.keyFile),
    files.clientCaFile === undefined ? undefined : readFile(files.clientCaFile),
  ]);
  return { cert, key, clientName: files.clientCn, ...(clientCa && { clientCa }) };
}
