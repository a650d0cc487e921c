/**
 * Makes the console: `console/` as hashed files in `dist/console`, and the page that names them, all also gzipped: `index.html` for who may
 * be logged in, with the shell and what to ask first; `login.html` for everybody else.
 *
 *   node --import tsx scripts/build-console.ts [--watch]
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
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
      const page = pageOf(paths.map((path) => basename(path)));
      const shell = read("shell.html").replace(/<!--.*?-->/s, "");
      const withShell = page.replace("%shell%", shell).replace("%asks%", asks.join(" "));
      const pages = { "index.html": withShell, "login.html": page.replace(/%\w+%/g, "") };
      for (const [name, html] of Object.entries(pages)) {
        paths.push(join(outdir, name));
        writeFileSync(join(outdir, name), collapsed(html));
      }
      for (const path of paths)
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    });
  },
};

/** What `inject` puts before every file is left out of those that have no JSX. */
const pure: Plugin = {
  name: "pure",
  setup({ onResolve }) {
    const path = fileURLToPath(import.meta.resolve("preact"));
    onResolve({ filter: /^preact$/ }, () => ({ path, sideEffects: false }));
  },
};

/** What every page asks for at once. */
const asks = ["api/session", "api/status"];
const read = (name: string) => readFileSync(join(root, "console", name), "utf8");
/** Space between elements is drawn where they stand in a line, and what Preact makes has none. */
const collapsed = (html: string) => html.replace(/\s*\n\s*/g, "");

function pageOf(names: readonly string[]): string {
  const named = (begin: string, end: string) =>
    names.find((name) => name.startsWith(`${begin}-`) && name.endsWith(end)) ?? "";
  return read("index.html")
    .replace("%early%", named("early", ".js"))
    .replace("%script%", named("main", ".js"))
    .replace("%style%", named("main", ".css"))
    .replace("%icon%", named("icon", ".svg"));
}

const options: BuildOptions = {
  absWorkingDir: root,
  entryPoints: ["console/main.tsx", "console/early.ts", "console/icon.svg"],
  outdir,
  entryNames: "[name]-[hash]",
  bundle: true,
  format: "esm",
  target: ["chrome123", "firefox128", "safari17.5"],
  jsx: "transform",
  jsxFactory: "createElement",
  jsxFragment: "Fragment",
  inject: ["console/jsx.ts"],
  minify: true,
  metafile: true,
  loader: { ".svg": "copy" },
  tsconfigRaw: {},
  logLevel: "warning",
  plugins: [pure, writePage],
};

if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
