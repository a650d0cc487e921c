/**
 * Prints the test files for which it matters what a machine has: `.ci/run` runs these once more with Node and git alone. They are
 * those that start a program other than Node or speak to localhost, in a file of their own or one that they import,
 * and some in which all of Waypost runs as an ordinary user without a network.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const wholeProgram = ["cli/init", "faults/closing", "faults/whole-program"];
const startsOther =
  /\b(?:spawn|spawnSync|execFile|execFileSync|execSync|fork)(?:\)\(|\()\s*(?!process\.execPath)/;
const speaksToHost = /::1|\blocalhost\b/;

const answers = new Map();

/** Modules of src are the same everywhere: what they may not do without is said where they are tested. */
function depends(file) {
  const known = answers.get(file);
  if (known !== undefined) return known;
  // Until it is known: files may import each other in a circle.
  answers.set(file, false);
  const text = readFileSync(file, "utf8");
  const imported = [...text.matchAll(/(?:from|import) "(\.[^"]+)"/g)]
    .map(([, name]) => join(dirname(file), name))
    .filter((name) => !name.startsWith("src/") && existsSync(name));
  const answer = startsOther.test(text) || speaksToHost.test(text) || imported.some(depends);
  answers.set(file, answer);
  return answer;
}

const files = readdirSync("test", { recursive: true })
  .map((name) => join("test", name))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => depends(name) || wholeProgram.some((each) => name.includes(each)))
  .sort();
process.stdout.write(`${files.join("\n")}\n`);
