import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

const readme = await readFile("README.md", "utf8");

describe("README.md", () => {
  it("begins with the two commands that do everything", async () => {
    const commands = /```sh\n([\s\S]*?)```/.exec(readme)?.[1]?.trim().split("\n");
    assert.equal(commands?.length, 2);
    const { scripts } = JSON.parse(await readFile("package.json", "utf8"));
    assert.match(commands?.[0] ?? "", /^npm ci && npm start /);
    assert.match(commands?.[1] ?? "", /^npm ci && npm test /);
    assert.match(scripts.start, /build.*node bin\/waypost\.js start/);
    assert.ok(scripts.test);
  });

  it("explains every key of the environment, with its default", async () => {
    const { properties } = JSON.parse(await readFile("schemas/env.schema.json", "utf8"));
    for (const [key, { default: value, description }] of Object.entries<{
      default?: unknown;
      description: string;
    }>(properties)) {
      const shown = value === undefined ? "" : `\`${value}\``;
      assert.ok(readme.includes(`| \`${key}\` | ${shown} | ${description}`), key);
    }
  });

  it("links to files and headings that are there", async () => {
    for (const file of ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/decisions.md"]) {
      const text = await readFile(file, "utf8");
      for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (target.startsWith("http")) continue;
        const [path = "", heading] = target.split("#");
        if (path !== "") assert.ok(existsSync(path), `${file}: ${target}`);
        if (heading === undefined) continue;
        const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
          title
            .toLowerCase()
            .replace(/[^\w\s-]/g, "")
            .replaceAll(" ", "-"),
        );
        assert.ok(headings.includes(heading), `${file}: ${target}`);
      }
    }
  });
});
