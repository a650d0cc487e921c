import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Role } from "../config/config.ts";
import type { Roles } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import { packageVersion } from "../support/package-version.ts";

const everyMs = 10_000;

/** Tells the store that this process runs, and with which configuration, until `close`. */
export async function startSayingAlive(options: {
  readonly roles: Roles;
  readonly role: Role;
  readonly configHash: () => string;
  readonly log: Log;
}): Promise<{ readonly id: string; close(): Promise<void> }> {
  const { roles, role, configHash, log } = options;
  const id = `${hostname()}:${process.pid}:${role}:${randomUUID().slice(0, 8)}`;
  const version = await packageVersion();
  const startedAt = new Date().toISOString();
  const say = () =>
    roles
      .sayAlive({
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
  const timer = setInterval(() => void say(), everyMs);
  timer.unref();
  await say();
  return {
    id,
    async close() {
      clearInterval(timer);
      await roles.sayGone(id).catch(() => undefined);
    },
  };
}
