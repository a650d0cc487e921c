/**
 * Makes the console: `console/` as hashed files in `dist/console`, each also gzipped, and the page that names them.
 *
 *   node --import tsx scripts/build-console.ts [--watch]
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, context, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const outdir = join(root, "dist/console");

const writePage: Plugin = {
  name: "page",
  setup({ onStart, onEnd }) {
    onStart(() => rmSync(outdir, { recursive: true, force: true }));
    onEnd(({ metafile }) => {
      if (metafile === undefined) return;
      const paths = Object.keys(metafile.outputs).map((path) => join(root, path));
      for (const path of paths) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
      const names = paths.map((path) => basename(path));
      const named = (extension: string) => names.find((name) => name.endsWith(extension)) ?? "";
      const page = readFileSync(join(root, "console/index.html"), "utf8")
        .replace("%script%", named(".js"))
        .replace("%style%", named(".css"))
        .replace("%icon%", named(".svg"));
      writeFileSync(join(outdir, "index.html"), page);
    });
  },
};

const options: BuildOptions = {
  absWorkingDir: root,
  entryPoints: ["console/main.tsx", "console/icon.svg"],
  outdir,
  entryNames: "[name]-[hash]",
  bundle: true,
  format: "esm",
  target: ["chrome123", "firefox128", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  metafile: true,
  loader: { ".svg": "copy" },
  tsconfigRaw: {},
  logLevel: "warning",
  plugins: [writePage],
};

if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
