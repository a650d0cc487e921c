import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TinyDisk {
  readonly folder: string;
  remove(): void;
}

/** Why a test is skipped that got none. */
export const needsMount = "needs permission to mount a file system (root has it)";

/** A file system of its own with so many MiB; undefined where mounting one is not allowed. */
export function mountTinyDisk(mebibytes: number): TinyDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), "waypost-disk-"));
  try {
    const options = `size=${mebibytes}m,mode=0700`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    remove() {
      // Lazily: a closed database lets go of its files when it is collected.
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
