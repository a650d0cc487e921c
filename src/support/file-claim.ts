import { inUseOr, openNative } from "./sqlite.ts";

/**
 * Claims the file for this process: its lock is held until `release`, and a killed process frees it. The
 * file stays empty. Throws SqliteInUseError when somebody else, or another part of this process, has it.
 */
export async function claimFile(path: string): Promise<{ release(): Promise<void> }> {
  const native = openNative(path);
  try {
    // Never committed. SQLite's lock, unlike those of Node, goes with the process.
    await native.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    native.close();
    throw inUseOr(error);
  }
  return {
    async release() {
      await native.exec("ROLLBACK");
      native.close();
    },
  };
}
