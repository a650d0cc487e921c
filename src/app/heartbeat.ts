import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Role } from "../config/config.ts";
import type { ProcessRegistry } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import { packageVersion } from "../support/package-version.ts";

const everyMs = 10_000;

/** Tells the store that this process runs, and with which configuration, until `close`. */
export async function startHeartbeat(options: {
  readonly processes: ProcessRegistry;
  readonly role: Role;
  readonly configHash: () => string;
  readonly log: Log;
}): Promise<{ readonly id: string; close(): Promise<void> }> {
  const { processes, role, configHash, log } = options;
  const id = `${hostname()}:${process.pid}:${role}:${randomUUID().slice(0, 8)}`;
  const version = await packageVersion();
  const startedAt = new Date().toISOString();
  const send = () =>
    processes
      .heartbeat({
        id,
        role,
        host: hostname(),
        pid: process.pid,
        version,
        configHash: configHash(),
        startedAt,
        seenAt: new Date().toISOString(),
      })
      .catch((error) => log.debug("could not say that this process runs", { error }));
  const timer = setInterval(() => void send(), everyMs);
  timer.unref();
  await send();
  return {
    id,
    async close() {
      clearInterval(timer);
      await processes.deregister(id).catch(() => undefined);
    },
  };
}
