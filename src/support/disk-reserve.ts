import { randomBytes } from "node:crypto";
import { open, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";

const mostBytes = 8 * 1024 * 1024;
/** On small disks the reserve is this part of the disk. */
const part = 1 / 8;
const retryMs = 1_000;

/**
 * Disk space kept for the moment when the disk is full: a database can forget rows only when it can
 * write. A file of 8 MiB, or an eighth of a small disk.
 */
export interface DiskReserve {
  readonly bytes: number;
  held(): boolean;
  /** Takes the space when it does not have it, trying once a second at most. False: the disk is full. */
  hold(): Promise<boolean>;
  /** Gives the space to whoever needs it now. False when there is none to give. */
  release(): Promise<boolean>;
}

export async function createDiskReserve(path: string): Promise<DiskReserve> {
  const disk = await statfs(dirname(path));
  const bytes = Math.min(mostBytes, Math.floor(disk.blocks * disk.bsize * part));
  let held = (await stat(path).catch(() => undefined))?.size === bytes;
  let triedAt = Number.NEGATIVE_INFINITY;
  let trying: Promise<boolean> | undefined;
  const fill = async () => {
    triedAt = performance.now();
    try {
      await writeFile(path, bytes);
      held = true;
    } catch {
      await rm(path, { force: true });
    }
    trying = undefined;
    return held;
  };
  return {
    bytes,
    held: () => held,
    async hold() {
      if (held || (trying === undefined && performance.now() - triedAt < retryMs)) return held;
      trying ??= fill();
      return trying;
    },
    async release() {
      if (!held) return false;
      held = false;
      triedAt = performance.now();
      await rm(path, { force: true });
      return true;
    },
  };
}

/** Random, since zeros may take no space. */
async function writeFile(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    const block = randomBytes(1024 * 1024);
    for (let left = bytes; left > 0; left -= block.length) {
      await file.writeFile(block.subarray(0, left));
    }
  } finally {
    await file.close();
  }
}
