import { type Answer, api } from "../../api/client.ts";
import { serverNow } from "../../api/clock.ts";
import { useResource } from "../../api/resource.ts";
import { href } from "../../app/route.ts";
import { Absent } from "../../ui/states.tsx";
import { Share, Table } from "../../ui/table.tsx";
import { count, counted } from "../../words/number.ts";

type Row = Answer<"GET", "/api/report">["rows"][number];

const columns = ["Template", "#Messages", "#Sent", "#Delivered", "#Read", "#Failed", "#Replied"];
/** It reads every message of the time. */
const everyMs = 120_000;
const most = 12;

/** From sent to read, a template each: what became of the messages of the time that is shown. */
export function Templates({ days }: { readonly days: number }) {
  const { data, problem, reload } = useResource(
    `templates ${days}`,
    (signal) => {
      const from = new Date(serverNow() - days * 86_400_000).toISOString();
      return api.get("/api/report", { query: { by: ["template"], from }, signal });
    },
    { everyMs },
  );
  if (data === undefined) return <Absent problem={problem} retry={reload} rows={3} />;
  const rows = data.rows.filter(({ key }) => key.template);
  const rest = data.total.messages - rows.reduce((sum, { messages }) => sum + messages, 0);
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>Templates</h2>
      <Table label="Templates" columns={columns}>
        {rows.slice(0, most).map((row) => (
          <Line key={row.key.template} row={row} />
        ))}
      </Table>
      {(rest > 0 || rows.length > most || !data.complete) && (
        <p class="muted">
          {[
            rest > 0 && `${counted(rest, "message has", "messages have")} no template`,
            rows.length > most && `the ${most} with the most messages are shown`,
            !data.complete && "later messages are not counted",
          ]
            .filter(Boolean)
            .join("; ")}
          . <code>waypost report --by template,account</code> has more.
        </p>
      )}
    </section>
  );
}

function Line({ row }: { readonly row: Row }) {
  const { key, messages, sent, delivered, read, failed, replied, failures } = row;
  const why = failures.map((each) => `${count(each.count)} × ${each.meaning}`).join("\n");
  return (
    <tr>
      <th scope="row">
        <a href={href("events", undefined, { text: key.template, type: "whatsapp.outgoing.#" })}>
          {key.template}
        </a>
      </th>
      <td class="number">{count(messages)}</td>
      <Share of={sent} from={messages} />
      <Share of={delivered} from={messages} />
      <Share of={read} from={messages} />
      <Share of={failed} from={messages} bad title={why} />
      <Share of={replied} from={messages} />
    </tr>
  );
}
