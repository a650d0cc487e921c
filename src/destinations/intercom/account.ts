import type { Session } from "../http/api.ts";
import type { Account } from "./call.ts";
import type { IntercomOptions } from "./options.ts";

interface Me {
  readonly id?: string | number;
  readonly name?: string;
  readonly app?: { readonly id_code?: string; readonly name?: string } | null;
}

export async function readMe(session: Session): Promise<Me> {
  const answer = await session.look({ path: "/me", holds: "id" });
  return answer.json as Me;
}

/** Asked once in a process's life; a failure is asked again. */
export function createAccount(
  options: Pick<IntercomOptions, "admin" | "baseUrl">,
): (session: Session) => Promise<Account> {
  let known: Account | undefined;
  return async (session) => {
    known ??= accountOf(await readMe(session), options);
    return known;
  };
}

/** Pages of people are at the same region as the API. */
function accountOf(
  me: Me,
  { admin, baseUrl }: Pick<IntercomOptions, "admin" | "baseUrl">,
): Account {
  const [, region] = /^api\.(eu|au)\.intercom\.io$/.exec(baseUrl.hostname) ?? [];
  const host = region === undefined ? "app.intercom.com" : `app.${region}.intercom.com`;
  const root = `https://${host}/a/apps/${encodeURIComponent(me.app?.id_code ?? "_")}`;
  const pages = {
    contact: (id: string) => `${root}/users/${id}/all-conversations`,
    conversation: (id: string) => `${root}/conversations/${id}`,
  };
  return {
    admin: admin ?? String(me.id ?? ""),
    urlOf: (object, id) => pages[object](encodeURIComponent(id)),
  };
}
