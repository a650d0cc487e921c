import { type EnvKey, envKeys, readGiven } from "../config/env.ts";
import type { Installation, RunningConfiguration } from "../contracts.ts";
import type { Base } from "./base.ts";
import type { Plan } from "./plan.ts";
import { readSecretUses } from "./secret-uses.ts";

interface Parts {
  readonly env: NodeJS.ProcessEnv;
  readonly plan: () => Plan;
  readonly installation: Installation;
}

const dayMs = 86_400_000;
/** Of figures, and of who did what. */
const longDays = 400;
const replayDays = 90;

/** As this process runs. The environment is read now, when it starts: what `.env` says later does not hold yet. */
export function createConfigurationShown({ config }: Pick<Base, "config">, parts: Parts) {
  const given = readGiven(parts.env, process.cwd(), []);
  return async (): Promise<RunningConfiguration> => {
    const { routing } = parts.plan();
    const { appSecrets } = config.whatsapp;
    const uses = await readSecretUses(parts.installation, appSecrets);
    return {
      file: config.configFile,
      found: routing.found,
      hash: routing.hash,
      yaml: routing.yaml,
      settings: settingsOf(await given, config.generated),
      retention: retentionOf(config.retentionDays, routing.retention.mediaMs),
      secrets: appSecrets.map((_, place) => {
        const name =
          appSecrets.length > 1 ? `WHATSAPP_APP_SECRET, no. ${place + 1}` : "WHATSAPP_APP_SECRET";
        const lastUsedAt = uses[place];
        return { name, ...(lastUsedAt !== undefined && { lastUsedAt }) };
      }),
    };
  };
}

type Setting = RunningConfiguration["settings"][number];

function settingsOf(
  given: Readonly<Record<string, string>>,
  generated: readonly string[],
): readonly Setting[] {
  return Object.entries(envKeys).map(([name, key]) => {
    if (generated.includes(name)) return { name, from: "made", secret: true };
    return settingOf(name, key, given[name] ?? given[`${name}_FILE`]);
  });
}

function settingOf(name: string, key: EnvKey, set: string | undefined): Setting {
  const value = set ?? (key.default === undefined ? undefined : String(key.default));
  const from = set !== undefined ? "set" : value !== undefined ? "default" : "unset";
  if (key["x-secret"]) return { name, from, secret: true };
  return { name, from, ...(value !== undefined && { value }) };
}

function retentionOf(days: number, mediaMs: number | undefined): RunningConfiguration["retention"] {
  const setting = "RETENTION_DAYS";
  const media =
    mediaMs === undefined
      ? { days, setting }
      : { days: Math.round((mediaMs / dayMs) * 100) / 100, setting: "retention.media" };
  return [
    { what: "Events, with the messages and conversations that are made of them", days, setting },
    { what: "Deliveries, from when they are over", days, setting },
    { what: "Files of messages", ...media },
    { what: "What could not be read", days, setting },
    { what: "Contacts: names, numbers, tags, consent" },
    { what: "Figures of charts and reports", days: longDays },
    { what: "The audit", days: longDays },
    { what: "What was sent again as a whole", days: replayDays },
  ];
}
