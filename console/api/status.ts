import { type Answer, api } from "./client.ts";

let asked: Promise<Answer<"GET", "/api/status">> | undefined;

/** How it goes. The navigation and the overview ask at the same moment: then one answer is for both. */
export function askStatus(): Promise<Answer<"GET", "/api/status">> {
  asked ??= api.get("/api/status").finally(() => {
    asked = undefined;
  });
  return asked;
}
