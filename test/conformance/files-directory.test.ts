import { openDirectory } from "../../src/media/directory.ts";
import { testVault } from "./files.ts";

testVault("a directory", { skip: false }, async (folder) => {
  const vault = await openDirectory(folder);
  return { vault, close: () => vault.close() };
});
