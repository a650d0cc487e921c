import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `npm ci` has just filled npm's cache: nothing more is fetched where it holds all. */
const env = { ...process.env, npm_config_prefer_offline: "true", npm_config_audit: "false" };

/**
 * The image's steps, replayed without a container engine: exactly the files that COPY names, through
 * `npm ci` (tried out), `npm run build`, `npm prune`, then the entry point.
 */
it("what the Dockerfile copies is enough to build and to run", async () => {
  const dockerfile = await readFile("Dockerfile", "utf8");
  const [build = "", image = ""] = dockerfile.split(/^FROM .*$/m).slice(1);
  const folder = await mkdtemp(join(tmpdir(), "waypost-image-"));
  const [buildDir, imageDir] = [join(folder, "build"), join(folder, "image")];
  try {
    await mkdir(buildDir);
    for (const line of build.trim().split("\n")) {
      if (line.startsWith("COPY ")) await copy(line, ".", buildDir);
      if (line === "RUN npm ci") await install(buildDir);
      else if (line.startsWith("RUN ")) await sh(line.slice(4), buildDir);
    }
    await mkdir(imageDir);
    for (const line of image.trim().split("\n")) {
      const from = line.includes("--from=build") ? buildDir : ".";
      if (line.startsWith("COPY ")) await copy(line.replace("--from=build ", ""), from, imageDir);
    }
    const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(image)?.[1] ?? "[]") as string[];
    const [node = "", ...args] = entry.map((word) => word.replace("/app", imageDir));
    const { stdout } = await run(node, [...args, "--version"], { cwd: imageDir });
    assert.equal(stdout.trim(), JSON.parse(await readFile("package.json", "utf8")).version);
    const { stdout: kinds } = await run(node, [...args, "simulate", "--type", "list"], {
      cwd: imageDir,
    });
    assert.match(kinds, /text/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** `fs.cp` takes seconds for the packages. */
const cp = (from: string, to: string) => run("cp", ["-R", from, to]);
const sh = (command: string, cwd: string) => run("sh", ["-c", command], { cwd, env });

/**
 * npm says whether what was copied is enough for it; the packages are those that `npm ci` has made here. `npm prune`, which
 * follows, holds them against the lock file.
 */
async function install(folder: string): Promise<void> {
  await sh("npm ci --dry-run", folder);
  await cp("node_modules", join(folder, "node_modules"));
}

async function copy(line: string, from: string, to: string): Promise<void> {
  const words = line.split(/\s+/).slice(1);
  const target = words.at(-1) ?? ".";
  for (const source of words.slice(0, -1)) {
    const name = source.replace("/app/", "");
    const into =
      target.endsWith("/") || target === "." ? join(to, target, basename(name)) : join(to, target);
    await mkdir(dirname(into), { recursive: true });
    await cp(join(from, name), into);
  }
}
