import { href } from "../../app/route.ts";
import { now } from "../../ui/settings.ts";
import { Share, Table } from "../../ui/table.tsx";
import { count } from "../../words/number.ts";
import { span } from "../../words/time.ts";
import { type AccountFigures, accountsOf, type SeriesAnswer } from "./figures.ts";

interface Props {
  readonly series: SeriesAnswer;
  readonly lastEventAt: Readonly<Record<string, string>>;
}

const columns = ["Number", "#Received", "#Sent", "#Delivered", "#Read", "#Failed", "#Silent for"];

/** From sent to read, a number each, and how long each has been silent. */
export function Accounts({ series, lastEventAt }: Props) {
  const accounts = accountsOf(series);
  if (accounts.length === 0) return null;
  return (
    <section>
      <h2>Numbers</h2>
      <Table label="Numbers" columns={columns}>
        {accounts.map((account) => (
          <Row key={account.account} figures={account} lastEventAt={lastEventAt[account.account]} />
        ))}
      </Table>
    </section>
  );
}

interface RowProps {
  readonly figures: AccountFigures;
  readonly lastEventAt: string | undefined;
}

function Row({
  figures: { account, inbound, sent, delivered, read, failed },
  lastEventAt,
}: RowProps) {
  return (
    <tr>
      <th scope="row">
        <a href={href("events", undefined, { account })}>{account}</a>
      </th>
      <td class="number">{count(inbound)}</td>
      <td class="number">{count(sent)}</td>
      <Share of={delivered} from={sent} />
      <Share of={read} from={sent} />
      <Share of={failed} from={sent} bad />
      <td class="number muted">
        {lastEventAt === undefined ? "–" : span(now.value - Date.parse(lastEventAt))}
      </td>
    </tr>
  );
}
