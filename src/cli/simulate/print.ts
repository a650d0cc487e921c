import { commandName } from "../../app/banner.ts";
import type { Plan } from "./plan.ts";
import { adviceOf, formatAnswer, formatSummary } from "./report.ts";
import type { Answer, Summary } from "./send.ts";
import { shownUrl } from "./target.ts";

/** What a run tells while it goes on. */
export interface Print {
  start(): void;
  /** What is wrong with the handshake; undefined: nothing. */
  challenge(problem: string | undefined): void;
  /** Set where each POST is shown. */
  readonly answer?: (answer: Answer) => void;
  summary(summary: Summary, ok: boolean): void;
}

/** Up to so many POSTs are shown one by one. */
const shownPosts = 60;

/** One JSON object, at the end. */
export function printJson(stream: NodeJS.WritableStream, plan: Plan): Print {
  const write = (value: object) => void stream.write(`${JSON.stringify(value)}\n`);
  return {
    start: () => undefined,
    challenge(problem) {
      if (problem !== undefined) write({ ok: false, problem });
    },
    summary: (summary, ok) => write({ ok, seed: plan.traffic.seed, ...summary }),
  };
}

/** For a person: each POST where there are few, the summary, and what to do next. */
export function printText(stream: NodeJS.WritableStream, plan: Plan, target: string): Print {
  const url = shownUrl(target);
  const say = (...lines: string[]) => void stream.write(`${lines.join("\n")}\n`);
  const isHello = plan.traffic.scenario === "hello";
  let contact: string | undefined;
  const answer = (told: Answer) => {
    contact ??= told.post.items[0]?.contact;
    say(formatAnswer(told));
  };
  return {
    start: () => say(`Sending ${plan.title} to ${url}`, ""),
    challenge: (problem) => say(problem ?? "  challenge: answered as Meta expects", ""),
    ...((isHello || (plan.posts ?? Number.POSITIVE_INFINITY) <= shownPosts) && { answer }),
    summary(summary, ok) {
      say("", formatSummary(summary, plan.traffic.seed), ...adviceOf(summary, url));
      if (!ok) return;
      const whose = isHello && contact !== undefined ? ` --contact ${contact}` : "";
      const run = commandName();
      say("", `See it:      ${run} events${whose}`, `As it comes: ${run} events --follow`);
    },
  };
}
