import { applyStep, stepInWords, stepsOf } from "../../meta/apply-step.ts";
import { GraphError } from "../../meta/graph-error.ts";
import type { ReadConnection } from "../../meta/read-connection.ts";
import type { Questions } from "../add/questions.ts";
import { CommandError, exitCodes } from "../common/ops-client.ts";
import { escapeControls } from "../common/terminal.ts";

/** Does what is missing at Meta, asked once. Throws CommandError where Meta says no; what was done until then stays. */
export async function applyAll(
  found: ReadConnection,
  parts: {
    readonly verifyToken: string;
    readonly questions: Pick<Questions, "confirm">;
    readonly overrides: boolean;
  },
): Promise<"applied" | "nothing" | "declined"> {
  const steps = stepsOf(found.connection, parts);
  if (steps.length === 0) return "nothing";
  if (steps.some(({ act }) => act === "set-webhook") && parts.verifyToken === "") {
    const words =
      "There is no verify token to give to Meta: set WHATSAPP_VERIFY_TOKEN here and where Waypost runs.";
    throw new CommandError(words);
  }
  if (!(await parts.questions.confirm(`Do ${steps.length === 1 ? "it" : "all of it"}?`))) {
    return "declined";
  }
  for (const step of steps) {
    const { refused } = await applyStep(step, found, parts.verifyToken).catch(asCommandError);
    say(`✓ ${stepInWords(step)}`);
    if (refused.length > 0) say(`· Meta does not offer to this app: ${refused.join(", ")}`);
  }
  return "applied";
}

/** Not among what a machine reads. */
function say(line: string): void {
  process.stderr.write(`${escapeControls(line)}\n`);
}

const remedies: Partial<Record<GraphError["failure"], string>> = {
  callback:
    "Meta could not verify the callback: `waypost simulate --challenge` does the same from here. See docs/runbooks/meta-callback.md.",
  token: "See docs/runbooks/meta-token.md.",
  rights: "The token needs whatsapp_business_management. See docs/runbooks/meta-rights.md.",
  busy: "Wait some minutes. See docs/runbooks/meta-away.md.",
  away: "Try again later. See docs/runbooks/meta-away.md.",
};

function asCommandError(error: unknown): never {
  if (!(error instanceof GraphError)) throw error;
  const { failure, message } = error;
  const code =
    failure === "token"
      ? exitCodes.unauthorized
      : failure === "busy" || failure === "away"
        ? exitCodes.unreachable
        : exitCodes.wrong;
  throw new CommandError(`${message}.\n${remedies[failure] ?? "See docs/connect.md."}`, code);
}
