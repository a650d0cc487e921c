import { newWamid, textBody } from "./catalog/messages.ts";
import { type Item, inbound } from "./item.ts";
import { type Draft, draft, toEnvelope } from "./pack.ts";
import { somebody, type World } from "./scenario/world.ts";
import { textOfWireBytes } from "./wire.ts";

/** The most that Meta puts into one POST. */
const maxItems = 1000;
const maxBytes = 3 * 1024 * 1024;

/** POSTs of 1,000 text messages and exactly 3 MB, without end. */
export function* bigDrafts(world: World): Generator<Draft> {
  for (;;) {
    const build = Array.from({ length: maxItems }, () => textBuilder(world, world.startAt));
    const bare = draftOf(build.map((item) => item("")));
    const share = Math.floor((maxBytes - bare.bytes.length) / maxItems);
    const rest = maxBytes - bare.bytes.length - share * (maxItems - 1);
    const full = draftOf(
      build.map((item, i) =>
        item(textOfWireBytes(i === maxItems - 1 ? rest : share, world.random)),
      ),
    );
    yield { ...full, note: `${maxItems} messages in ${full.bytes.length} bytes` };
  }
}

/** A text message from somebody in the world. */
export function textItem(world: World, at: number, body: string): Item {
  return textBuilder(world, at)(body);
}

function textBuilder(world: World, at: number): (body: string) => Item {
  const { random } = world;
  const { person, account } = somebody(world, random.below(world.people.length));
  const id = newWamid(random);
  return (body) => inbound(account, person, id, at, textBody(body));
}

function draftOf(items: readonly Item[]): Draft {
  return draft(items, JSON.stringify(toEnvelope(items)));
}
