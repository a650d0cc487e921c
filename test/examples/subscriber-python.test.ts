import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before } from "node:test";
import { fileURLToPath } from "node:url";
import { subscriberSuite } from "./subscriber-suite.ts";

const folder = fileURLToPath(new URL("../../examples/subscriber-python/", import.meta.url));
const requirements = join(folder, "requirements.txt");

/** Kept between runs, and made anew when the requirements change. */
const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
const venv = join(tmpdir(), `waypost-example-python-${hash}`);
const python = join(venv, "bin", "python");

const hasPython = spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;
const skip = !hasPython && process.env["CI"] === undefined && "needs python3 with venv and pip";

before(() => {
  if (skip || existsSync(python)) return;
  const fresh = `${venv}.${process.pid}`;
  execFileSync("python3", ["-m", "venv", "--copies", fresh]);
  execFileSync(join(fresh, "bin", "python"), ["-m", "pip", "install", "-q", "-r", requirements], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  rmSync(venv, { recursive: true, force: true });
  renameSync(fresh, venv);
});

subscriberSuite("Python", () => [python, join(folder, "subscriber.py")], skip);
