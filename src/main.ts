import type { Role } from "./config/config.ts";
import { catchHangups } from "./support/hangups.ts";

/** These read their configuration again at SIGHUP; the other commands end when their terminal is closed. */
const servers: readonly string[] = ["start", "receive", "work", "ops"] satisfies Role[];

// Before all the rest is loaded: a SIGHUP that comes meanwhile must not end the process.
if (servers.includes(process.argv[2] ?? "")) catchHangups();
await import("./cli.ts");
