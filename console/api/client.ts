import { ApiProblem, type Client, createClient } from "../../src/client/client.ts";
import { learnTime } from "./clock.ts";
import { ended, untilBack } from "./ended.ts";
import { viewer } from "./viewer.ts";

export type * from "../../src/client/client.ts";
export { ApiProblem } from "../../src/client/client.ts";

declare global {
  interface Window {
    /** Answers that `early.ts` asked for, by address; each is taken once. */
    early?: Record<string, Promise<Response>>;
  }
}

/** Beside the page, wherever a proxy has put it. */
export const baseUrl = new URL(".", document.baseURI).href.replace(/\/$/, "");

const client = createClient({
  baseUrl,
  fetch: async (address, options) => {
    const early = takeEarly(`${address}`, options);
    const askedAt = early === undefined ? Date.now() : Date.now() - performance.now();
    const response = await (early ?? fetch(address, options));
    learnTime(response, askedAt);
    if (response.status !== 401 || !isOfSomebody(`${address}`)) return response;
    ended.value = true;
    // As a connection that was lost: it goes on where it ended, once there is a session again.
    if (`${address}`.includes("/api/events/stream")) throw new TypeError("The session is over.");
    return response;
  },
});

/** The ops API, as who is logged in. What is asked after their session is over waits until they have logged in again. */
export const api: Client = {
  ...client,
  get: held(client.get),
  post: held(client.post),
  patch: held(client.patch),
  delete: held(client.delete),
};

type Call = (path: string, request?: { readonly signal?: AbortSignal }) => Promise<unknown>;

function held<C>(call: C): C {
  const again: Call = async (path, request) => {
    for (;;) {
      try {
        return await (call as unknown as Call)(path, request);
      } catch (error) {
        if (!isOver(error, path)) throw error;
      }
      if (ended.value) await untilBack(request?.signal);
    }
  };
  return again as unknown as C;
}

function isOver(error: unknown, path: string): boolean {
  return error instanceof ApiProblem && error.status === 401 && isOfSomebody(path);
}

/** Not of who is about to say who they are. */
function isOfSomebody(address: string): boolean {
  return Boolean(viewer.value) && !address.endsWith("/api/session");
}

/** What was asked for before this script was there. */
function takeEarly(address: string, options?: RequestInit): Promise<Response> | undefined {
  if ((options?.method ?? "GET") !== "GET") return undefined;
  const answer = window.early?.[address];
  delete window.early?.[address];
  return answer;
}
