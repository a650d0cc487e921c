import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { errorCode } from "../support/describe-error.ts";
import { configFileOf } from "./add/config-file.ts";
import type { CommandParts } from "./common/command.ts";
import { CommandError, exitCodes, runCommand } from "./common/ops-client.ts";
import { print } from "./common/terminal.ts";

/** `waypost init`: a small waypost.yaml to begin with. */
export function register(program: Command, { env }: CommandParts): void {
  program
    .command("init")
    .summary("write a waypost.yaml to begin with")
    .description(
      "Writes a small, commented waypost.yaml where WAYPOST_CONFIG says, else into this folder. Never overwrites one.",
    )
    .action(() => runCommand(() => init(env)));
}

async function init(env: NodeJS.ProcessEnv): Promise<number> {
  const { shown } = await configFileOf(env);
  await write(path.resolve(shown));
  for (const line of [
    `Wrote ${shown}: it has no problems, and routes nothing yet.`,
    "Next:",
    "  1. waypost add <kind>         sets a destination up, step by step: hubspot, slack, zendesk …",
    `                                By hand: take the # from one and its route in ${shown}; secrets go into .env`,
    "  2. waypost config check       finds every mistake at once",
    "  3. waypost start              or, where it runs already: waypost reload",
    "  4. waypost simulate           sends a realistic conversation; waypost deliveries shows where it went",
  ]) {
    print(line);
  }
  return 0;
}

async function write(file: string): Promise<void> {
  try {
    await writeFile(file, beginning, { flag: "wx" });
  } catch (error) {
    const code = errorCode(error);
    throw new CommandError(
      code === "EEXIST"
        ? `${file} is there already, and stays as it is. To begin anew, move it away first.`
        : `${file} cannot be written (${code}). ${code === "ENOENT" ? "Make its folder first" : "Make its folder writable"}, or name another in WAYPOST_CONFIG.`,
      exitCodes.wrong,
    );
  }
}

const beginning = `# What Waypost does with events. \`waypost config check\` finds every mistake at once; \`waypost reload\` lets a running
# Waypost read this file again. waypost.example.yaml explains every key.
# \${NAME} stands for NAME in the environment or in .env, so that this file holds no secret.

# Names for your own numbers, for use in routes. The id stands in Meta's dashboard, under WhatsApp, API Setup.
accounts:
#  main: { phoneNumberId: "700700700700700" }

# Where events can go.
destinations:
#  support: { kind: slack, token: "\${SLACK_BOT_TOKEN}", channel: "#support" }
#  backend: { kind: webhook, url: https://backend.example/whatsapp, secret: "\${BACKEND_SECRET}" }

# Which events go there. All keys of \`when\` must hold; of a list, any value is enough. A destination gets an event by the first
# route that holds: the special ones come first.
routes:
#  - { name: everything, when: { type: "whatsapp.#" }, to: backend }
#  - name: asks-for-a-human
#    when: { type: whatsapp.message.*, text: { matches: "(?i)\\\\b(human|agent)\\\\b" } }
#    once: { per: conversation, for: untilClosed }
#    to: { support: { mention: here } }
#  - { name: messages, when: { type: whatsapp.message.* }, to: support }
`;
