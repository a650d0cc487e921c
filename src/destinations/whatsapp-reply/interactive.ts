import type { Reply } from "../../contracts.ts";
import { choicesOf } from "../reply-choices.ts";

interface Interactive {
  readonly type: "button" | "list" | "flow";
  readonly body: { readonly text: string };
  readonly action: object;
}

/** What stands below the text; undefined: nothing. */
export function interactiveOf(reply: Reply, text: string): Interactive | undefined {
  const { buttons, list, flow } = reply;
  const body = { text };
  if (buttons !== undefined) {
    return { type: "button", body, action: { buttons: buttonsOf(buttons) } };
  }
  if (list !== undefined) {
    return { type: "list", body, action: listOf(list) };
  }
  if (flow === undefined) return undefined;
  return { type: "flow", body, action: { name: "flow", parameters: flowOf(flow) } };
}

function buttonsOf(buttons: NonNullable<Reply["buttons"]>) {
  return choicesOf(buttons).map(({ id, title }) => ({ type: "reply", reply: { id, title } }));
}

function listOf({ button, rows, sections }: NonNullable<Reply["list"]>) {
  const all = sections ?? [{ title: undefined, rows: rows ?? {} }];
  return {
    button,
    sections: all.map(({ title, rows: own }) => ({
      ...(title !== undefined && { title }),
      rows: choicesOf(own),
    })),
  };
}

/** Without a first screen its endpoint is asked for one. */
function flowOf({ id, cta, token, screen, data }: NonNullable<Reply["flow"]>) {
  return {
    flow_message_version: "3",
    flow_id: id,
    flow_cta: cta,
    ...(token !== undefined && { flow_token: token }),
    ...(screen === undefined
      ? { flow_action: "data_exchange" }
      : { flow_action: "navigate", flow_action_payload: { screen, ...(data && { data }) } }),
  };
}
