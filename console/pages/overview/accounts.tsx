import { href } from "../../app/route.ts";
import { now } from "../../ui/settings.ts";
import { TableBox } from "../../ui/table-box.tsx";
import { count } from "../../words/number.ts";
import { span } from "../../words/time.ts";
import { type AccountFigures, accountsOf, type SeriesAnswer } from "./figures.ts";

interface Props {
  readonly series: SeriesAnswer;
  readonly lastEventAt: Readonly<Record<string, string>>;
}

const columns = ["Received", "Sent", "Delivered", "Read", "Failed", "Silent for"] as const;

/** From sent to read, a number each, and how long each has been silent. */
export function Accounts({ series, lastEventAt }: Props) {
  const accounts = accountsOf(series);
  if (accounts.length === 0) return null;
  return (
    <section>
      <h2>Numbers</h2>
      <TableBox label="Numbers">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Number</th>
              {columns.map((title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <Row
                key={account.account}
                figures={account}
                lastEventAt={lastEventAt[account.account]}
              />
            ))}
          </tbody>
        </table>
      </TableBox>
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

interface ShareProps {
  readonly of: number;
  readonly from: number;
  readonly bad?: boolean;
}

/** "1,204 98 %": in the time that is shown, so that the two need not be of the same messages. */
function Share({ of, from, bad = false }: ShareProps) {
  const percent = from === 0 ? "" : `${Math.round((of / from) * 100)} %`;
  return (
    <td class={`number ${bad && of > 0 ? "tone-bad" : ""}`}>
      {count(of)} <span class="share muted">{percent}</span>
    </td>
  );
}
