import type { Destination } from "../../api/client.ts";
import { href } from "../../app/route.ts";
import { underHand, useSorted } from "../../ui/hand.ts";
import { Pill } from "../../ui/pill.tsx";
import { now } from "../../ui/settings.ts";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { destinationWords } from "../../words/destination.ts";
import { count } from "../../words/number.ts";
import { span } from "../../words/time.ts";

const columns = ["Name", "Kind", "State", "#Waiting", "#Oldest", "#Gave up", "#Last taken"];

const longestFirst = (a: Destination, b: Destination) =>
  (a.oldestOpenAt ?? "9").localeCompare(b.oldestOpenAt ?? "9");

/** Those that wait the longest first. */
export function Destinations({ destinations }: { readonly destinations: readonly Destination[] }) {
  const isHeld = () => underHand("[aria-label=Destinations] tr") !== undefined;
  const sorted = useSorted(destinations, longestFirst, isHeld);
  return (
    <section>
      <h2>Destinations</h2>
      {sorted.length === 0 ? (
        <p class="muted">
          None yet. <code>waypost add</code> asks what one needs and writes it into waypost.yaml.
        </p>
      ) : (
        <Table label="Destinations" columns={columns}>
          {sorted.map((destination) => (
            <Row key={destination.name} destination={destination} />
          ))}
        </Table>
      )}
    </section>
  );
}

function Row({ destination }: { readonly destination: Destination }) {
  const { name, kind, open, oldestOpenAt, dead, lastSuccessAt } = destination;
  const { word, tone } = destinationWords(destination);
  return (
    <tr>
      <th scope="row">
        <a href={href("destinations", name)}>{name}</a>
      </th>
      <td class="muted">{kind}</td>
      <td>
        <Pill tone={tone}>{word}</Pill>
      </td>
      <td class="number">{open ? count(open) : "–"}</td>
      <td class="number">
        {oldestOpenAt === undefined ? "–" : span(now.value - Date.parse(oldestOpenAt))}
      </td>
      <td class="number">
        {dead ? (
          <a href={href("deliveries", undefined, { destination: name, state: "gave-up" })}>
            {count(dead)}
          </a>
        ) : (
          "–"
        )}
      </td>
      <td class="number muted">
        {lastSuccessAt === undefined ? "never" : <Time at={lastSuccessAt} />}
      </td>
    </tr>
  );
}
