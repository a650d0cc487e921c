import type { EnvKey } from "../src/config/env.ts";

const head = `# Configuration

All of it is environment variables; \`.env\` in the working directory is read too, and what the process has wins. [.env.example](../.env.example) lists them. Each one marked
*Secret* has a \`_FILE\` variant that names a file with the value. What is routed where stands in \`waypost.yaml\`: [routes](routes.md), [destinations](destinations/README.md).
\`npx waypost config check\` prints every problem of both at once, with its remedy.

Rotating a secret: add the new one to the comma-separated list, change it at Meta, and remove the old one 8 days later (Meta repeats
for up to 7 days what it signed with the old one).

This page is generated from \`schemas/env.schema.json\` by \`npm run generate\`.
`;

/** The text of docs/configuration.md: a table for each group of keys. */
export function configurationPage(keys: Readonly<Record<string, EnvKey>>): string {
  const lines = [head];
  let group = "";
  for (const [key, spec] of Object.entries(keys)) {
    if (spec["x-group"] !== group) {
      group = spec["x-group"];
      lines.push(`\n## ${group}\n\n| key | default | meaning |\n|---|---|---|\n`);
    }
    const shown = spec.default === undefined ? "" : `\`${spec.default}\``;
    const secret = spec["x-secret"] ? " *Secret.*" : "";
    lines.push(`| \`${key}\` | ${shown} | ${spec.description}${secret} |\n`);
  }
  return lines.join("");
}
