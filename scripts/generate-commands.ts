import { readdirSync } from "node:fs";

const folder = new URL("../src/cli/", import.meta.url);

/** src/cli/common/generated.ts: every file of `src/cli/` is the command of its name. */
export function commandList(): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  // What runs Waypost comes first in its help.
  const roles = ["start.ts", "receive.ts", "work.ts", "ops.ts"];
  const ordered = [...roles, ...files.filter((name) => !roles.includes(name)).sort()];
  const lines = ordered.map(
    (file) => `  { name: "${file.slice(0, -3)}", load: () => import("../${file}") },`,
  );
  return `// Generated from the files of src/cli/ by \`npm run generate\`. Do not edit.
import type { CommandFile } from "./command.ts";

export const commands: readonly {
  readonly name: string;
  readonly load: () => Promise<CommandFile>;
}[] = [
${lines.join("\n")}
];
`;
}
