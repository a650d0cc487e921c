/**
 * Faults alone, with real kills.
 *
 *   npm run faults                    the suite's, as in npm test
 *   npm run faults -- --full          and an hour of a shop's day with all vendors, a kill each minute
 *   npm run faults -- --full 10       so many minutes
 */
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const at = args.indexOf("--full");
const minutes = at < 0 ? undefined : Number(args[at + 1] ?? 60);
if (minutes !== undefined && !(minutes >= 1)) {
  process.stderr.write("--full takes a number of minutes\n");
  process.exit(2);
}

function run(command, env = {}) {
  const { status, signal } = spawnSync(process.execPath, command, {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

run(["scripts/test.mjs", "faults"]);
if (minutes !== undefined) {
  run(["--import", "tsx", "--test", "test/faults/vendors-day.test.ts"], {
    FAULTS_MINUTES: String(minutes),
  });
}
