import type { WaypostEvent } from "../contracts.ts";
import {
  capital,
  errorFacts,
  factsIn,
  inWords,
  money,
  type Rendered,
} from "../event/render-facts.ts";
import { renderMessage } from "../event/render-message.ts";

/** Where a message comes from when it did not just come in. */
const families: Readonly<Record<string, string>> = {
  echo: "Sent from the app",
  history: "From the history",
  standby: "While another app has control",
  outgoing: "Sent",
};

/** Every event can be rendered, also of types that are not known yet. */
export function renderEvent(event: WaypostEvent): Rendered {
  const { data, type } = event;
  const { title, ...rest } = renderData(event);
  const family = families[type.split(".")[1] ?? ""];
  const test = data.test ? [{ label: "Test", value: "from the dashboard's Test button" }] : [];
  return {
    title: family === undefined ? title : `${family}: ${title}`,
    ...rest,
    facts: [...rest.facts, ...test],
  };
}

/** Who it is with: the name for people, and the number or id that tells them apart. */
export function contactOf({ data }: WaypostEvent): { name?: string; id?: string } {
  const { name, username, waId, userId } = data.contact ?? {};
  const shown = name ?? (username === undefined ? undefined : `@${username}`);
  const id = waId === undefined ? userId : `+${waId}`;
  return { ...(shown !== undefined && { name: shown }), ...(id !== undefined && { id }) };
}

function renderData(event: WaypostEvent): Rendered {
  const { message, status, payment, errors } = event.data;
  if (message) return renderMessage(message);
  if (status) {
    const { messageId, pricing } = status;
    const facts = factsIn({ message: messageId, price: pricing?.category });
    const failures = errorFacts(status.errors);
    return {
      title: `Status: ${inWords(status.status)}`,
      texts: [],
      facts: [...failures, ...facts],
    };
  }
  if (payment) {
    const { referenceId, amount, transaction, messageId } = payment;
    const facts = factsIn({
      amount: money(amount),
      reference: referenceId,
      method: transaction?.method,
      reason: transaction?.error?.reason,
      message: messageId,
    });
    return { title: `Payment: ${inWords(payment.status)}`, texts: [], facts };
  }
  if (errors) return { title: "Error", texts: [], facts: errorFacts(errors) };
  return renderOther(event);
}

/** By the type's own words, with all values that the event's own part holds. */
function renderOther({ type, data }: WaypostEvent): Rendered {
  const { account: _, contact: __, raw: ___, ...rest } = data;
  const { conversationId, groupId, receivedAt, test, ...parts } = rest;
  const words = type
    .split(".")
    .slice(1)
    .map(inWords)
    .join(" ")
    .replace(/\b(\w+) (?=\1\b)/g, "");
  const title = words === "" ? type : capital(words);
  const facts = Object.values(parts).flatMap((part) => factsIn(part));
  const runbook = type.startsWith("business.alert.") ? linkOf(data.business?.["runbook"]) : {};
  return { title, texts: [], facts, ...runbook };
}

/** Of what Waypost tells of itself. Others might publish such a type too: only an address that needs no escaping is a link. */
function linkOf(runbook: unknown): Pick<Rendered, "link"> {
  if (typeof runbook !== "string" || !/^https?:\/\/[\w.:/[\]-]+$/.test(runbook)) return {};
  return { link: { label: "Runbook", url: runbook } };
}
