import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";

const readme = await readFile("README.md", "utf8");

describe("README.md", () => {
  it("is short", () => {
    assert.ok(readme.split("\n").length <= 150);
  });

  it("begins with the two commands that do everything", async () => {
    const commands = /```sh\n([\s\S]*?)```/.exec(readme)?.[1]?.trim().split("\n");
    assert.equal(commands?.length, 2);
    const { scripts } = JSON.parse(await readFile("package.json", "utf8"));
    assert.match(commands?.[0] ?? "", /^npm ci && npm start /);
    assert.match(commands?.[1] ?? "", /^npm ci && npm test /);
    assert.match(scripts.start, /build.*node bin\/waypost\.js start/);
    assert.ok(scripts.test);
  });

  it("links to files and headings that are there", async () => {
    const pages = (await readdir("docs", { recursive: true })).map((name) => join("docs", name));
    const examples = (await readdir("examples", { recursive: true }))
      .filter((name) => name.endsWith("README.md") && !name.includes("node_modules"))
      .map((name) => join("examples", name));
    const files = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...pages, ...examples];
    for (const file of files.filter((name) => name.endsWith(".md"))) {
      const text = await readFile(file, "utf8");
      for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (target.startsWith("http")) continue;
        const [path = "", heading] = target.split("#");
        const linked = path === "" ? file : join(dirname(file), path);
        assert.ok(existsSync(linked), `${file}: ${target}`);
        if (heading === undefined) continue;
        const there = await readFile(linked, "utf8");
        const headings = [...there.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
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
