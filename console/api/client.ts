import { createClient } from "../../src/client/client.ts";
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

/** The ops API, as who is logged in. Whose session is over sees the page to log in. */
export const api = createClient({
  baseUrl,
  fetch: async (address, options) => {
    const response = await (takeEarly(`${address}`, options) ?? fetch(address, options));
    if (response.status === 401) viewer.value = null;
    return response;
  },
});

/** What was asked for before this script was there. */
function takeEarly(address: string, options?: RequestInit): Promise<Response> | undefined {
  if ((options?.method ?? "GET") !== "GET") return undefined;
  const answer = window.early?.[address];
  delete window.early?.[address];
  return answer;
}
