import { readdirSync } from "node:fs";

const folder = new URL("../src/ops/", import.meta.url);

/** src/ops/generated.ts: every `<what>-routes.ts` below `src/ops/` exports `create<What>Routes`, a router of the API. */
export function routerList(): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith("-routes.ts"))
    .sort((a, b) => Number(!a.includes("/")) - Number(!b.includes("/")) || (a < b ? -1 : 1));
  const imports = files.map((path) => `import { ${creator(path)} } from "./${path}";`);
  // It is asked a thousand times a second.
  const first = "intake-routes.ts";
  const ordered = [first, ...files.filter((path) => path !== first)];
  return `// Generated from the files of src/ops/ by \`npm run generate\`. Do not edit.
import type { Router } from "express";
${[...imports, 'import type { RouterParts } from "./api.ts";'].sort(bySource).join("\n")}

export const routers: readonly ((parts: RouterParts) => Router)[] = [
${ordered.map((path) => `  ${creator(path)},`).join("\n")}
];
`;
}

function bySource(a: string, b: string): number {
  const source = (line: string) => line.slice(line.indexOf('"'));
  return source(a) < source(b) ? -1 : 1;
}

function creator(path: string): string {
  const words = path.replace(/^.*\//, "").replace(".ts", "").split("-");
  return `create${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
}
