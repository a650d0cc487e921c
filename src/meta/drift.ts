import {
  type ConnectionProblem,
  type ConnectionStep,
  type ProblemKind,
  runbookPath,
} from "../contracts.ts";
import type { GraphError } from "./graph-error.ts";

export function drift(
  level: ConnectionProblem["level"],
  kind: ProblemKind,
  what: string,
  remedy: string,
  step?: ConnectionStep,
): ConnectionProblem {
  return { kind, level, what, remedy, runbook: runbookPath(kind), ...(step && { step }) };
}

/** That Graph did not tell `whose`. */
export function failed(error: GraphError, whose: string): ConnectionProblem {
  const { message } = error;
  switch (error.failure) {
    case "token":
      return drift(
        "error",
        "meta_token",
        `Meta does not take ${whose}: ${message}.`,
        "Copy it once more; a token that has ended is made anew in Business Settings → Users → System users.",
      );
    case "rights":
      return drift(
        "error",
        "meta_rights",
        `${whose}: the access token may not see this: ${message}.`,
        "Assign it to the system user and generate a token with whatsapp_business_management.",
      );
    case "busy":
    case "away":
      return drift(
        "warning",
        "meta_away",
        `${whose} could not be asked about: ${message}.`,
        "Try again later; webhooks are not affected.",
      );
    default:
      return drift(
        "error",
        "meta_account_unknown",
        `${whose}: Meta knows no such thing, or does not show it to this token: ${message}.`,
        "Compare the id with WhatsApp Manager; what belongs to somebody else has to be shared with your business.",
      );
  }
}
