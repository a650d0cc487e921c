export { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Work that can pause, all of it together, holds a turn of the event loop no longer than this: a request needs several turns from its first
 * byte to its answer.
 */
const maxHoldMs = 3;
let began: number | undefined;
const forget = () => {
  began = undefined;
};

/** Whether those who ask have held this turn of the event loop as long as they may. */
export function isTurnOver(): boolean {
  if (began !== undefined) return performance.now() - began >= maxHoldMs;
  began = performance.now();
  setImmediate(forget);
  return false;
}
