import { DeliveryError, type Reply, type ReplyRows } from "../../contracts.ts";
import { checkLengths } from "./lengths.ts";

interface Interactive {
  readonly type: "button" | "list" | "flow";
  readonly body: { readonly text: string };
  readonly action: object;
}

/** What stands below the text; undefined: nothing. Throws DeliveryError (`refused`) for what is longer than Meta takes. */
export function interactiveOf(reply: Reply, text: string): Interactive | undefined {
  const { buttons, list, flow } = reply;
  const body = { text };
  if (buttons !== undefined) {
    checkLengths({ text: [text, 1_024] });
    return { type: "button", body, action: { buttons: buttonsOf(buttons) } };
  }
  if (list !== undefined) {
    checkLengths({ text: [text, 4_096] });
    return { type: "list", body, action: listOf(list) };
  }
  if (flow === undefined) return undefined;
  checkLengths({ text: [text, 1_024] });
  return { type: "flow", body, action: { name: "flow", parameters: flowOf(flow) } };
}

function buttonsOf(buttons: NonNullable<Reply["buttons"]>) {
  return Object.entries(buttons).map(([id, title]) => {
    checkLengths({ "the id of a button": [id, 256], "a button": [title, 20] });
    return { type: "reply", reply: { id, title } };
  });
}

const mostRows = 10;

function listOf({ button, rows, sections }: NonNullable<Reply["list"]>) {
  checkLengths({ "list.button": [button, 20] });
  const all = sections ?? [{ title: undefined, rows: rows ?? {} }];
  const count = all.reduce((sum, section) => sum + Object.keys(section.rows).length, 0);
  if (count > mostRows) {
    const words = `it cannot be sent: its list has ${count} rows, and Meta takes ${mostRows}`;
    throw new DeliveryError("refused", words);
  }
  return {
    button,
    sections: all.map(({ title, rows: own }) => {
      checkLengths({ "a section's title": [title, 24] });
      return { ...(title !== undefined && { title }), rows: rowsOf(own) };
    }),
  };
}

function rowsOf(rows: ReplyRows) {
  return Object.entries(rows).map(([id, told]) => {
    const { title, description } = typeof told === "string" ? { title: told } : told;
    checkLengths({
      "the id of a row": [id, 200],
      "a row's title": [title, 24],
      "a row's description": [description, 72],
    });
    return { id, title, ...(description !== undefined && { description }) };
  });
}

/** Without a first screen its endpoint is asked for one. */
function flowOf({ id, cta, token, screen, data }: NonNullable<Reply["flow"]>) {
  checkLengths({ "flow.cta": [cta, 30] });
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
