import { createReadStream } from "node:fs";
import { access, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { DeliveryError, type FileVault } from "../contracts.ts";
import { errorCode } from "../support/describe-error.ts";
import { openScratch } from "./scratch.ts";

/**
 * Files in a directory, each under its SHA-256: `ab/abcd…`. A file is there whole or not at all: written aside, flushed, and
 * renamed. Several processes may share it where it is one file system for all. Rejects when it cannot be made.
 */
export async function openDirectory(root: string): Promise<FileVault> {
  const scratch = join(root, "tmp");
  await asked(() => openScratch(scratch));
  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256);
  return {
    scratch,
    keep: (path, { sha256 }) =>
      asked(async () => {
        const kept = pathOf(sha256);
        await flush(path, "r+");
        await move(path, kept);
        await flush(dirname(kept), "r");
      }),
    has: (sha256) => asked(() => exists(pathOf(sha256))),
    open: (sha256) => asked(() => openFile(pathOf(sha256))),
    remove: (sha256) => asked(() => rm(pathOf(sha256), { force: true })),
    close: async () => undefined,
  };
}

/** Nearly always the folder is there. */
async function move(path: string, kept: string): Promise<void> {
  try {
    await rename(path, kept);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
    await rename(path, kept);
  }
}

async function flush(path: string, flags: "r" | "r+"): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Opened before it is answered with, so that its removal from now on does not matter. */
async function openFile(path: string): Promise<Readable | undefined> {
  try {
    await access(path);
    const stream = createReadStream(path);
    await new Promise<void>((resolve, reject) => {
      stream.once("open", () => resolve()).once("error", reject);
    });
    return stream;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = `the directory of the files does not work (${errorCode(error)})`;
    throw new DeliveryError("outage", message, { cause: error });
  }
}
