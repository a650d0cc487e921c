import type { Answer, Progress, Summary } from "./send.ts";

/** A run in a few lines for a person. */
export function formatSummary(summary: Summary, seed: string): string {
  const { ackMs, lateMs } = summary;
  const codes = Object.entries(summary.codes).map(([code, count]) => `${code} × ${amount(count)}`);
  const all = `${amount(summary.expected)} of ${amount(summary.posts)} POSTs answered as expected`;
  const size = `${amount(summary.items)} items, ${bytes(summary.bytes)} in ${seconds(summary.elapsedMs)}`;
  const rate = summary.posts > 1 ? ` · ${amount(summary.achievedRate)} POSTs/s` : "";
  const ack = `ack p50 ${ms(ackMs.p50)} · p95 ${ms(ackMs.p95)} · p99 ${ms(ackMs.p99)} · p99.9 ${ms(ackMs.p999)} · max ${ms(ackMs.max)}`;
  return [
    [all, ...codes].join(" · "),
    size + rate,
    ...(ackMs.max > 0 ? [ack] : []),
    ...(lateMs.p99 > 20
      ? [`sent up to ${ms(lateMs.max)} late: this machine is too busy for the schedule`]
      : []),
    `seed ${seed} (the same seed and options send the same bytes)`,
  ].join("\n");
}

/** What to do about answers that were not as expected, as far as they tell. */
export function adviceOf(summary: Summary, url: string): string[] {
  if (summary.unexpected === 0) return [];
  const advice: Readonly<Record<string, string>> = {
    ECONNREFUSED: `Nothing listens at ${url}: start it with \`waypost start\`, or name another with --url.`,
    ENOTFOUND: `There is no such host: ${url}`,
    401: "401: signed with another app secret than the receiver has. Use the same DATA_DIR and environment, or --secret.",
    404: "404: no webhook at this path; Waypost's is /webhooks/whatsapp.",
    413: "413: larger than the receiver's MAX_BODY_BYTES.",
    503: "503: the receiver could not make it durable; ask `waypost status`.",
    UND_ERR_HEADERS_TIMEOUT: "No answer in time; see --timeout.",
  };
  const told = Object.keys(summary.codes).flatMap((code) => advice[code] ?? []);
  const accepted = (summary.codes["200"] ?? 0) > summary.expected;
  return accepted ? [...told, "A forged POST was answered 200: signatures are not checked."] : told;
}

/** One POST on one line. */
export function formatAnswer(answer: Answer): string {
  const mark = answer.expected ? " " : "!";
  const outcome = String(answer.outcome).padEnd(4);
  return `${mark} ${outcome} ${ms(answer.ms).padStart(8)}  ${answer.post.note}`;
}

/** Draws progress on a terminal, five times a second, until the function it gives is called. */
export function startBar(
  stream: NodeJS.WritableStream,
  progress: () => Progress,
  goal: { readonly posts?: number; readonly ms?: number },
): () => void {
  const start = performance.now();
  const draw = () => {
    const { sent, done, unexpected } = progress();
    const elapsed = performance.now() - start;
    const share = goal.posts === undefined ? elapsed / (goal.ms ?? Number.NaN) : done / goal.posts;
    const rate = Math.round((sent * 1000) / Math.max(1, elapsed));
    const counts = `${amount(done)} answered · ${amount(rate)}/s · ${amount(sent - done)} under way`;
    const bad = unexpected > 0 ? ` · ${amount(unexpected)} unexpected` : "";
    stream.write(`\r\u001b[K${barOf(share)}${counts}${bad}`);
  };
  const timer = setInterval(draw, 200);
  return () => {
    clearInterval(timer);
    stream.write("\r\u001b[K");
  };
}

function barOf(share: number): string {
  if (Number.isNaN(share)) return "";
  const full = Math.min(20, Math.floor(share * 20));
  const percent = String(Math.min(100, Math.floor(share * 100))).padStart(3);
  return `${"█".repeat(full)}${"░".repeat(20 - full)} ${percent} %  `;
}

function amount(value: number): string {
  return value.toLocaleString("en-US");
}

function ms(value: number): string {
  return value < 100 ? `${value.toFixed(1)} ms` : `${amount(Math.round(value))} ms`;
}

function seconds(value: number): string {
  return value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
}

function bytes(value: number): string {
  return value < 1_000_000
    ? `${(value / 1000).toFixed(1)} kB`
    : `${(value / 1_000_000).toFixed(1)} MB`;
}
