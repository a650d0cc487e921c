import { type ParseArgsConfig, parseArgs } from "node:util";

/** As `parseArgs`; what it does not know, `--help` too, ends the process with the usage instead of a stack. */
export function readOptions<T extends ParseArgsConfig>(usage: string, config: T) {
  try {
    return parseArgs(config);
  } catch (error) {
    const isHelp = process.argv.includes("--help");
    const words = isHelp || !(error instanceof Error) ? "" : `${error.message}\n`;
    process.stderr.write(`${words}${usage}\n`);
    process.exit(isHelp ? 0 : 2);
  }
}
