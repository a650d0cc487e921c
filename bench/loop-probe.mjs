/**
 * Loaded into a program that is measured (`--import`): appends a line of JSON to the file LOOP_PROBE each half second, with the processor's
 * time so far, how late the event loop's turns were since the line before, and how long the garbage collector held it up.
 */
import { appendFileSync } from "node:fs";
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const resolution = 2;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  let gcMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  }).observe({ entryTypes: ["gc"] });
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    // It counts the wait itself, too.
    const late = (share) => Math.max(0, delay.percentile(share) / 1e6 - resolution);
    const told = { at: Date.now(), cpuMs: (user + system) / 1_000, p99: late(99), gcMs };
    delay.reset();
    gcMs = 0;
    appendFileSync(process.env.LOOP_PROBE, `${JSON.stringify(told)}\n`);
  }, 500).unref();
}
