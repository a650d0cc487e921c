// Generated from the files of src/cli/ by `npm run generate`. Do not edit.
import type { CommandFile } from "./command.ts";

export const commands: readonly {
  readonly name: string;
  readonly load: () => Promise<CommandFile>;
}[] = [
  { name: "start", load: () => import("../start.ts") },
  { name: "receive", load: () => import("../receive.ts") },
  { name: "work", load: () => import("../work.ts") },
  { name: "ops", load: () => import("../ops.ts") },
  { name: "add", load: () => import("../add.ts") },
  { name: "audit", load: () => import("../audit.ts") },
  { name: "config", load: () => import("../config.ts") },
  { name: "connect", load: () => import("../connect.ts") },
  { name: "console", load: () => import("../console.ts") },
  { name: "contact", load: () => import("../contact.ts") },
  { name: "conversations", load: () => import("../conversations.ts") },
  { name: "deliveries", load: () => import("../deliveries.ts") },
  { name: "destinations", load: () => import("../destinations.ts") },
  { name: "doctor", load: () => import("../doctor.ts") },
  { name: "events", load: () => import("../events.ts") },
  { name: "export", load: () => import("../export.ts") },
  { name: "init", load: () => import("../init.ts") },
  { name: "message", load: () => import("../message.ts") },
  { name: "quarantine", load: () => import("../quarantine.ts") },
  { name: "reload", load: () => import("../reload.ts") },
  { name: "renormalize", load: () => import("../renormalize.ts") },
  { name: "replay", load: () => import("../replay.ts") },
  { name: "report", load: () => import("../report.ts") },
  { name: "routes", load: () => import("../routes.ts") },
  { name: "search", load: () => import("../search.ts") },
  { name: "simulate", load: () => import("../simulate.ts") },
  { name: "status", load: () => import("../status.ts") },
  { name: "timeline", load: () => import("../timeline.ts") },
  { name: "tokens", load: () => import("../tokens.ts") },
  { name: "topology", load: () => import("../topology.ts") },
];
