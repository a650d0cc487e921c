/**
 * Loaded before a test file: takes away the hook with which node:test follows every promise and every request, to tell by
 * which test an error was made that nobody caught. The hook costs a seventh of the processor time of tests that talk much.
 * Such an error fails the file all the same, and its text is shown; by hand (`node --import tsx test/….test.ts`) its test is named too.
 */
import asyncHooks from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";

const { createHook } = asyncHooks;
const none = { enable: () => none, disable: () => none };

asyncHooks.createHook = (callbacks) => {
  // The first that follows what begins and what ends is the test runner's: nothing else is loaded before it.
  if (!callbacks.init || !callbacks.destroy) return createHook(callbacks);
  asyncHooks.createHook = createHook;
  syncBuiltinESMExports();
  return none;
};
syncBuiltinESMExports();
