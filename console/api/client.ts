import { createClient } from "../../src/client/client.ts";
import { viewer } from "./viewer.ts";

export type * from "../../src/client/client.ts";
export { ApiProblem } from "../../src/client/client.ts";

/** Beside the page, wherever a proxy has put it. */
export const baseUrl = new URL(".", document.baseURI).href.replace(/\/$/, "");

/** The ops API, as who is logged in. Whose session is over sees the page to log in. */
export const api = createClient({
  baseUrl,
  fetch: async (address, options) => {
    const response = await fetch(address, options);
    if (response.status === 401) viewer.value = null;
    return response;
  },
});
