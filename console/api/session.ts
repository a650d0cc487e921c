import { ApiProblem, api } from "./client.ts";
import { type Viewer, viewer } from "./viewer.ts";

/** Who is logged in, by the cookie of before or by the one-time code of a link. Answers why a code was not taken. */
export async function resume(): Promise<unknown> {
  const code = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
  // It works once; it shall not stay in the history either.
  if (code !== undefined) history.replaceState(null, "", location.pathname);
  try {
    viewer.value = await (code === undefined ? whoIsThere() : begin({ code }));
    return undefined;
  } catch (error) {
    viewer.value = null;
    return code === undefined && isNobody(error) ? undefined : error;
  }
}

async function whoIsThere(): Promise<Viewer | null> {
  const who = await api.get("/api/session");
  return who.session === null ? null : who;
}

function isNobody(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

export async function logIn(token: string): Promise<void> {
  viewer.value = await begin({ token });
}

function begin(body: { readonly token: string } | { readonly code: string }): Promise<Viewer> {
  return api.post("/api/session", { body });
}

export async function logOut(): Promise<void> {
  await api.delete("/api/session");
  viewer.value = null;
}
