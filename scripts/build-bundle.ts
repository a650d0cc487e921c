/**
 * Joins the sources and the libraries into few files in `dist/bundle`, which `bin/waypost.js` starts: to find, read and link a thousand
 * modules is half of what a start costs. What is imported only where it is used stays a file of its own.
 */
import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const sources = join(root, "src");
const outdir = join(root, "dist/bundle");

/** A module finds files, and its workers, from where `tsc` puts it. */
const keepUrls: Plugin = {
  name: "urls",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const inSources = relative(sources, path);
      if (inSources.startsWith("..")) return undefined;
      const url = JSON.stringify(`../${inSources.replace(/\.ts$/, ".js")}`);
      const contents = readFileSync(path, "utf8").replaceAll(
        "import.meta.url",
        `new URL(${url}, import.meta.url).href`,
      );
      return { contents, loader: "ts" };
    });
  },
};

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  sourcesContent: false,
  // Native, or loads what it is not asked for.
  external: ["libsql", "mongoose", "amqplib"],
  // CommonJS modules that are joined require Node's own.
  banner: {
    js: 'import { createRequire as wpCreateRequire } from "node:module"; const require = wpCreateRequire(import.meta.url);',
  },
  logLevel: "warning",
  plugins: [keepUrls],
});
