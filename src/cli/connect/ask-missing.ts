import type { ConnectionOptions } from "../../meta/graph-answers.ts";
import { askTerminal, type Questions } from "../add/questions.ts";

/** Asks for what is not known, where a person sits at the terminal; an empty line leaves it open. */
export async function askMissing(options: ConnectionOptions): Promise<ConnectionOptions> {
  if (process.stdin.isTTY !== true) return options;
  const questions = askTerminal(false);
  try {
    return { ...options, ...(await askFor(options, questions)) };
  } finally {
    questions.close();
  }
}

/** App id, app secret and token, each only when it is missing. Secrets are not shown while they are typed. */
export async function askFor(
  {
    appId,
    appSecrets,
    accessToken,
  }: Pick<ConnectionOptions, "appId" | "appSecrets" | "accessToken">,
  questions: Pick<Questions, "ask">,
): Promise<Pick<ConnectionOptions, "appId" | "appSecrets" | "accessToken">> {
  const id = appId ?? (await questions.ask("App id (App settings → Basic):"));
  const secret =
    appSecrets.length > 0
      ? undefined
      : await questions.ask("App secret (beside it; not shown):", { secret: true });
  const token =
    accessToken ??
    (await questions.ask("Access token (API Setup, or a system user's; not shown):", {
      secret: true,
    }));
  return {
    appId: id,
    appSecrets: secret === undefined ? appSecrets : [secret],
    accessToken: token,
  };
}
