import type { Config } from "../config/config.ts";

/** What a newcomer needs next. Not a log line: it shows the verify token and a code that logs in once, and is left out in production. */
export function banner(config: Config, env: NodeJS.ProcessEnv, code: string): string {
  const { http, ops, whatsapp, generated } = config;
  const scheme = http.tls ? "https" : "http";
  const run = commandPrefix(env);
  const lines = [
    "",
    "Waypost is running.",
    "",
    `  Callback URL   ${scheme}://${shownHost(http.host)}:${http.port}/webhooks/whatsapp`,
    `  Verify token   ${whatsapp.verifyTokens[0] ?? ""}`,
    `  App secret     ${secretNote(generated.includes("WHATSAPP_APP_SECRET"))}`,
    `  Operations     http://${shownHost(ops.host)}:${ops.port}  (API, health, metrics)`,
    `  Console        http://${shownHost(ops.host)}:${ops.port}/console#login=${code}`,
    "                 (logs you in, once, within 10 minutes; `waypost console` makes another)",
    `  Bus and log    ${carriers(config)}`,
    "",
    "Send yourself a message, and see it:",
    "",
    `  ${run} simulate`,
    `  ${run} events --follow`,
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function secretNote(generated: boolean): string {
  if (!generated) return "yours, from WHATSAPP_APP_SECRET";
  return [
    "generated: it serves `simulate` only. Meta signs with your app's own secret",
    "                 (App settings, Basic); until WHATSAPP_APP_SECRET is set, every real POST gets 401.",
  ].join("\n");
}

function carriers({ rabbitmqUrl, mongodbUrl, dataDir }: Config): string {
  const bus = rabbitmqUrl ? "RabbitMQ" : "embedded";
  const store = mongodbUrl ? "MongoDB" : "embedded";
  const both = bus === store ? bus : `${bus} and ${store}`;
  return both.includes("embedded") ? `${both}, in ${dataDir}` : both;
}

/** The wildcard is where it listens, not where one goes. */
function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** How this copy is called: in a clone npx finds it. */
export function commandName(): string {
  const byNpx = process.env["npm_command"] === "exec";
  return byNpx || process.argv[1]?.endsWith("/bin/waypost.js") ? "npx waypost" : "waypost";
}

/** The same from another terminal, with the settings that are only in this one. */
function commandPrefix(env: NodeJS.ProcessEnv): string {
  const settings = ["DATA_DIR", "PORT", "OPS_PORT"].flatMap((key) =>
    env[key] ? [`${key}=${env[key]}`] : [],
  );
  return [...settings, commandName()].join(" ");
}
