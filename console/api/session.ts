import { api, bearer } from "./client.ts";
import { viewer } from "./viewer.ts";

/** Who is logged in. Nobody: the page to log in. */
export async function resume(): Promise<unknown> {
  viewer.value = null;
  return undefined;
}

export async function logIn({ token }: { readonly token: string }): Promise<void> {
  bearer.token = token;
  await api.get("/api/status");
  const scopes = ["read", "content", "publish", "operate", "privacy", "admin"] as const;
  viewer.value = { name: "token", scopes, revealed: true };
}

export async function logOut(): Promise<void> {
  bearer.token = undefined;
  viewer.value = null;
}
