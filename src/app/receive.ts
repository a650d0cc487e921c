import { readFile } from "node:fs/promises";
import type { TlsConfig } from "../config/config.ts";
import type { Bus } from "../contracts.ts";
import type { Durable } from "../receive/durability.ts";
import { createDurable } from "../receive/durable.ts";
import { createPostParser } from "../receive/post-parser.ts";
import { createSecretUses, type SecretUses } from "../receive/secret-uses.ts";
import type { Sender } from "../receive/sender.ts";
import { createReceiver, type ReceiverTls } from "../receive/server.ts";
import type { Sources } from "../receive/sources/source.ts";
import { createSourceSender } from "../receive/sources/source-sender.ts";
import { openSpool, type Spool } from "../receive/spool.ts";
import type { Log } from "../support/log.ts";
import { type Base, inDataDir } from "./base.ts";
import { findLinked, type Media } from "./media.ts";
import type { Plan } from "./plan.ts";

export interface Receiving {
  readonly durable: Durable;
  readonly spool: Spool | undefined;
  readonly port: number;
  readonly secretUses: Pick<SecretUses, "last">;
  /** From the next POST on these may come, and no others. */
  reload(plan: Pick<Plan, "sources">): void;
}

/** The public endpoint with its spool: Meta and the sources ──▶ bus. */
export async function startReceiving(
  base: Base,
  bus: Bus,
  plan: Pick<Plan, "sources">,
  /** Once the store is open. */
  media: () => Media | undefined,
): Promise<Receiving> {
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
  life.add("parser", () => parser.close());
  parser.warm();
  const sources = createSenders(base, log);
  sources.reload(plan);

  const secretUses = createSecretUses();
  const receiver = createReceiver({
    host: config.http.host,
    port: config.http.port,
    maxBodyBytes: config.http.maxBodyBytes,
    secrets: config.whatsapp.appSecrets,
    secretUsed: secretUses.used,
    verifyTokens: config.whatsapp.verifyTokens,
    durable,
    parser,
    sources: sources.sender,
    ...(config.media?.publicUrl !== undefined && { findLinked: findLinked(media) }),
    metrics,
    log,
    ...(config.http.tls && { tls: await readTls(config.http.tls) }),
  });
  life.add("receiver", () => receiver.close());
  const { port } = await receiver.listen();
  log.info("receives webhooks", { port });
  return { durable, spool, port, secretUses, reload: sources.reload };
}

/** Their large bodies have a thread of their own, so that Meta's never wait behind a template. */
function createSenders({ metrics, life }: Base, log: Log) {
  const parser = createPostParser({ log });
  life.add("parser of sources", () => parser.close());
  let senders: ReadonlyMap<string, Sender> = new Map();
  return {
    sender: (name: string) => senders.get(name),
    reload({ sources }: { readonly sources: Sources }) {
      const options = { parser, metrics, log };
      const made = [...sources].map(([name, source]) => {
        return [name, createSourceSender(source, options)] as const;
      });
      senders = new Map(made);
    },
  };
}

async function readTls(files: TlsConfig): Promise<ReceiverTls> {
  const [cert, key, clientCa] = await Promise.all([
    readFile(files.certFile),
    readFile(files.keyFile),
    files.clientCaFile === undefined ? undefined : readFile(files.clientCaFile),
  ]);
  return { cert, key, clientName: files.clientCn, ...(clientCa && { clientCa }) };
}
