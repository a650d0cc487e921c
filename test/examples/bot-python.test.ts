import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { botSuite } from "./bot-suite.ts";

const bot = fileURLToPath(new URL("../../examples/bot-python/bot.py", import.meta.url));
const hasPython = spawnSync("python3", ["--version"]).status === 0;

botSuite(
  "Python",
  () => ["python3", bot],
  !hasPython && process.env["CI"] === undefined && "needs python3",
);
