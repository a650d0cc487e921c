import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { readYaml, readyConfig } from "./ready-config.ts";
import { createStage, type Stage } from "./stage.ts";
import type { Given } from "./stand-in.ts";
import { startStandIns } from "./stand-ins/stand-ins.ts";
import { watch } from "./watch.ts";
import { startWaypost, type Waypost } from "./waypost.ts";

/** What an example's `story.ts` exports. */
export interface Story {
  /** In one line. */
  readonly about: string;
  /** So that nobody has to wait: what is otherwise than in waypost.yaml, by dotted path. */
  readonly hurry?: Readonly<Record<string, unknown>>;
  readonly given?: Given;
  play(stage: Stage): Promise<void>;
}

interface Playing {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** With the running one, when the story is over; it ends with this. */
  readonly over: (waypost: Waypost) => Promise<void>;
}

/** An example from its first line to its last, with a Waypost in a folder of its own. Answers with what the stand-ins were seen to hold. */
export async function playExample(
  folder: URL,
  { say, signal, over }: Playing,
): Promise<readonly string[]> {
  const script = new URL(`story${extname(import.meta.url)}`, folder);
  const { story } = (await import(script.href)) as { story: Story };
  const yaml = await readFile(new URL("waypost.yaml", folder), "utf8");
  const kinds = Object.values(readYaml(yaml).destinations ?? {}).map(({ kind }) => String(kind));
  const standIns = await startStandIns(kinds, story.given ?? {});
  const dir = await mkdtemp(join(tmpdir(), "waypost-example-"));
  const secrets = { app: randomBytes(16).toString("hex"), ops: randomBytes(16).toString("hex") };
  const file = join(dir, "waypost.yaml");
  let waypost: Waypost | undefined;
  try {
    await writeFile(file, readyConfig(yaml, standIns, story.hurry));
    waypost = await startWaypost({
      ...{ DATA_DIR: dir, WAYPOST_CONFIG: file, LOG_LEVEL: "error" },
      ...{ WHATSAPP_APP_SECRET: secrets.app, OPS_TOKENS: secrets.ops },
    });
    for (const each of standIns.values()) {
      each.tellTo?.({ url: `${waypost.publicUrl}/webhooks/whatsapp`, appSecret: secrets.app });
    }
    say(`${story.about}\n`);
    say(`Waypost runs, with stand-ins for ${[...standIns.keys()].join(", ")}: ${waypost.console}`);
    for (const [path, value] of Object.entries(story.hurry ?? {})) {
      say(`So that nobody has to wait, ${path} is ${JSON.stringify(value)} here.`);
    }
    say("");
    const seen = watch(standIns.values(), say, signal);
    await story.play(createStage({ waypost, yaml, secrets, watch: seen, say }));
    await over(waypost);
    return seen.lines;
  } finally {
    await waypost?.end();
    await Promise.all([...standIns.values()].map((each) => each.close()));
    await rm(dir, { recursive: true, force: true });
  }
}
