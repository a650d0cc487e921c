import type { Command } from "commander";
import type { MessageView } from "../contracts.ts";
import { eventLine } from "./event-line.ts";
import { createOpsClient, type OpsFlags, type ResolveOps, runCommand } from "./ops-client.ts";
import { columns, cut, escapeControls, localTime, print, safeJson } from "./terminal.ts";

/** `waypost message <wamid>`: what became of one message. */
export function registerMessage(program: Command, resolve: ResolveOps): void {
  program
    .command("message")
    .summary("show what became of one message")
    .description("Shows one message: its status, when it got there, and every event about it.")
    .argument("<wamid>", "the WhatsApp message id")
    .option("--json", "as one line of JSON")
    .option("--url <url>", "the ops API (default: from the configuration)")
    .option("--token <token>", "a token for it (default: from the configuration)")
    .action((wamid: string, flags: OpsFlags & { json?: true }) =>
      runCommand(async () => {
        const client = createOpsClient(await resolve(flags));
        const view = await client.get<MessageView>(`/api/messages/${encodeURIComponent(wamid)}`);
        if (flags.json) print(safeJson(view));
        else for (const line of messageLines(view)) print(cut(line, columns()));
        return 0;
      }),
    );
}

function messageLines(view: MessageView): string[] {
  const direction = view.direction === "in" ? "received" : "sent";
  const steps = Object.entries(view.statusAt).sort(([, a], [, b]) => a.localeCompare(b));
  return [
    escapeControls(`${view.id}  ${direction}  ${view.type ?? "type unknown"}`),
    ...(view.status === undefined ? [] : [`status  ${view.status}`]),
    ...steps.map(([status, at]) => `  ${localTime(at)}  ${status}`),
    ...view.errors.map(({ code, title }) => `error   ${code ?? ""} ${title ?? ""}`),
    "events",
    ...view.events.map((event) => `  ${eventLine(event, Number.POSITIVE_INFINITY)}`),
  ].map(escapeControls);
}
