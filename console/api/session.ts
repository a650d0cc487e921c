import { ApiProblem, api } from "./client.ts";
import { comeBack, ended } from "./ended.ts";
import { type Viewer, viewer } from "./viewer.ts";

const link = /^#login=([\w-]+)$/;

/** Who is logged in, by the cookie of before or by the one-time code of a link. Answers why a code was not taken. */
export async function resume(): Promise<unknown> {
  const code = link.exec(location.hash)?.[1];
  // It works once; it shall not stay in the history either.
  if (code !== undefined) history.replaceState(null, "", location.pathname);
  // A link into a tab where the console is open already changes the fragment alone, which loads nothing.
  addEventListener("hashchange", () => link.test(location.hash) && location.reload());
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
  show(await begin({ token }));
}

/** Whoever has logged in in another tab is logged in here too. */
export async function lookAgain(): Promise<void> {
  const who = await whoIsThere().catch(() => null);
  if (who && ended.value) show(who);
}

function show(who: Viewer): void {
  // What somebody else had open, or asked for, is not theirs.
  if (viewer.value && viewer.value.name !== who.name) {
    location.reload();
  } else {
    viewer.value = who;
    comeBack();
  }
}

function begin(body: { readonly token: string } | { readonly code: string }): Promise<Viewer> {
  // What was answered before is no answer to who comes now.
  delete window.early;
  return api.post("/api/session", { body });
}

export async function logOut(): Promise<void> {
  await api.delete("/api/session").catch((error) => {
    if (!isNobody(error)) throw error;
  });
  viewer.value = null;
}
