import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Python with what a file of requirements names; kept between runs, and made anew when the file changes. */
export function pythonWith(requirements: string, folder = tmpdir()) {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const venv = join(folder, `waypost-python-${hash}`);
  const python = join(venv, "bin", "python");
  const hasPython = spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;
  const skip: string | false =
    !hasPython && process.env["CI"] === undefined && "needs python3 with venv and pip";
  const install = () => {
    if (skip || existsSync(python)) return;
    const fresh = `${venv}.${process.pid}`;
    mkdirSync(folder, { recursive: true });
    execFileSync("python3", ["-m", "venv", "--copies", fresh]);
    // Python compiles what is imported; all that is there would take as long again as the installation.
    const pip = ["-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check"];
    execFileSync(join(fresh, "bin", "python"), [...pip, "-r", requirements], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    // One that was only begun.
    if (!existsSync(python)) rmSync(venv, { recursive: true, force: true });
    try {
      renameSync(fresh, venv);
    } catch {
      // Another test file was faster; both are the same.
      rmSync(fresh, { recursive: true, force: true });
    }
  };
  return { python, skip, install };
}
