import { describeError } from "../../support/describe-error.ts";

/** After a failed write; then it is worth another try. */
const failureMs = 1_000;

/** Whether writes succeed, judged by the last one. */
export function createWriteHealth() {
  let failure: { readonly reason: string; readonly at: number } | undefined;
  return {
    async watch(write: Promise<void>): Promise<void> {
      try {
        await write;
        failure = undefined;
      } catch (error) {
        failure = { reason: describeError(error), at: performance.now() };
        throw error;
      }
    },
    now(): { readonly ready: boolean; readonly reason?: string } {
      if (failure === undefined || performance.now() - failure.at > failureMs)
        return { ready: true };
      return { ready: false, reason: `the bus cannot write: ${failure.reason}` };
    },
  };
}
