/** The other end of `many-commands.ts`: runs each command that it is sent as `bin/waypost.js` would, in this one process. */
import { moduleUrl } from "./source.ts";

interface Asked {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a command throws that ends its process. */
class Ended extends Error {
  readonly code: number;
  constructor(code: number) {
    super("the command has ended its process");
    this.code = code;
  }
}

const cli = moduleUrl("../../src/cli.ts", import.meta.url).href;
const chunks: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
for (const name of ["stdout", "stderr"] as const) {
  process[name].write = ((chunk: string | Uint8Array, ...more: unknown[]) => {
    chunks[name].push(Buffer.from(chunk as string));
    const done = more.find((each) => typeof each === "function");
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  }) as typeof process.stdout.write;
}
process.exit = ((code?: number) => {
  throw new Ended(code ?? 0);
}) as typeof process.exit;

let count = 0;
/** Each has the program's first module anew, for that is what runs a command; the rest is loaded once. */
async function run({ args, env }: Asked): Promise<Said> {
  for (const each of Object.values(chunks)) each.length = 0;
  Object.assign(process.env, env);
  process.argv = [process.execPath, "waypost", ...args];
  process.exitCode = 0;
  count += 1;
  let code: number | undefined;
  try {
    await import(`${cli}?${count}`);
  } catch (error) {
    code = error instanceof Ended ? error.code : 1;
    if (!(error instanceof Ended)) chunks.stderr.push(Buffer.from(String(error)));
  }
  const [out, err] = [Buffer.concat(chunks.stdout), Buffer.concat(chunks.stderr)];
  const said = { out: out.toString(), err: err.toString() };
  return { ...said, code: code ?? Number(process.exitCode ?? 0) };
}

let last = Promise.resolve();
process.on("message", (asked: Asked) => {
  last = last.then(async () => void process.send?.(await run(asked)));
});
