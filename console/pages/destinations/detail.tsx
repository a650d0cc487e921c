import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { may } from "../../api/viewer.ts";
import { href } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { useKeys } from "../../ui/keys.ts";
import { Menu } from "../../ui/menu.tsx";
import { Pill } from "../../ui/pill.tsx";
import { now } from "../../ui/settings.ts";
import { Detail } from "../../ui/split.tsx";
import { Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Words } from "../../ui/words.tsx";
import { destinationWords, waitingInWords } from "../../words/destination.ts";
import { capital } from "../../words/event.ts";
import { counted } from "../../words/number.ts";
import { type Checked, check, pause, resume } from "./acts.tsx";
import { Figures } from "./figures.tsx";
import type { Destination } from "./row.tsx";

interface Props {
  readonly name: string;
  /** Absent: there is none of that name. */
  readonly destination: Destination | undefined;
  readonly reload: () => void;
}

export function DestinationDetail({ name, destination, reload }: Props) {
  if (destination === undefined) {
    return (
      <Detail title={name}>
        <Empty icon="destinations" title="There is no destination of that name">
          <p>It may have been taken out of waypost.yaml, with nothing of it left.</p>
        </Empty>
      </Detail>
    );
  }
  const { word, tone } = destinationWords(destination);
  return (
    <Detail
      title={name}
      actions={may("operate") && <Acts destination={destination} reload={reload} />}
    >
      <p class="says">
        <Words text={`${capital(destination.says)}.`} />
      </p>
      <p class="muted">{waitingInWords(destination, now.value)}</p>
      <dl class="facts">
        <Fact label="State">
          <Pill tone={tone}>{word}</Pill>
        </Fact>
        {destination.kind !== undefined && <Fact label="Kind">{destination.kind}</Fact>}
        {destination.pause && (
          <Fact label={destination.pause.by === "operator" ? "Paused" : "Paused itself"}>
            <span class="said">{destination.pause.reason}</span>, <Time at={destination.pause.at} />
          </Fact>
        )}
        {destination.lastError !== undefined && (
          <Fact label="Last error">
            <span class="said">{destination.lastError}</span>
            {destination.lastErrorAt && (
              <>
                , <Time at={destination.lastErrorAt} />
              </>
            )}
            <div>
              <a
                href={`runbooks/${destination.state === "paused" ? "destination-paused" : "destination-out"}`}
                target="_blank"
                rel="noreferrer"
              >
                Runbook
              </a>
            </div>
          </Fact>
        )}
        {destination.lastSuccessAt !== undefined && (
          <Fact label="Last taken">
            <Time at={destination.lastSuccessAt} />
          </Fact>
        )}
        <Fact label="Deliveries">
          <Links destination={destination} />
        </Fact>
      </dl>
      {may("operate") && destination.state !== "removed" && <Check name={name} />}
      <Figures name={name} />
      <Details destination={destination} />
    </Detail>
  );
}

function Fact({ label, children }: { readonly label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Acts({ destination, reload }: Pick<Props, "reload"> & { destination: Destination }) {
  const { name, state } = destination;
  const toggle = () =>
    void (state === "paused" ? resume(name, state, reload) : pause(name, undefined, reload));
  useKeys(state === "removed" ? {} : { p: toggle });
  if (state === "removed") return null;
  if (state === "paused") {
    return (
      <Button icon="play" kind="primary" onClick={() => void resume(name, state, reload)}>
        Resume
      </Button>
    );
  }
  return (
    <>
      {state === "out" && (
        <Button icon="play" kind="primary" onClick={() => void resume(name, state, reload)}>
          Try now
        </Button>
      )}
      <Menu icon="pause" label="Pause">
        <button type="button" onClick={() => void pause(name, "2h", reload)}>
          For two hours
        </button>
        <button type="button" onClick={() => void pause(name, undefined, reload)}>
          Until it is resumed
        </button>
      </Menu>
    </>
  );
}

/** Asks the vendor, when somebody wants to know. */
function Check({ name }: { readonly name: string }) {
  const [checked, setChecked] = useState<Checked | "asking" | undefined>(undefined);
  const ask = async () => {
    setChecked("asking");
    setChecked(await check(name));
  };
  const found = checked === "asking" ? undefined : checked;
  return (
    <section>
      <div class="check-head">
        <h3>Does it answer?</h3>
        <Button disabled={checked === "asking"} onClick={() => void ask()}>
          {checked === "asking" ? "Asking" : "Check now"}
        </Button>
      </div>
      {found && (
        <ul class="places">
          {found.checks.map((each) => (
            <li key={each.name}>
              <Pill tone={each.ok ? "good" : "bad"}>{each.name}</Pill>
              <span class="said muted">{each.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Links({ destination }: { readonly destination: Destination }) {
  const { name, open, dead, scheduled = 0 } = destination;
  const links = [
    ...(open === 0 ? [] : [[open ? counted(open, "waits", "wait") : "what waits", "waiting"]]),
    ...(dead === 0
      ? []
      : [[dead ? counted(dead, "gave up", "gave up") : "what gave up", "gave-up"]]),
    ["not wanted, or only tried out", "not-wanted"],
    ...(scheduled > 0 ? [[counted(scheduled, "is scheduled", "are scheduled"), "scheduled"]] : []),
  ] as const;
  return (
    <ul class="links">
      {links.map(([words, state]) => (
        <li key={state}>
          <a href={href("deliveries", undefined, { destination: name, state: `${state}` })}>
            {words}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** What only who runs the machine asks for. */
function Details({ destination }: { readonly destination: Destination }) {
  const { holder, breaker, breakerSince, repeats = 0 } = destination;
  return (
    <details>
      <summary>Details</summary>
      <dl class="facts">
        <Fact label="Held by">{holder ?? "nobody"}</Fact>
        <Fact label="Breaker">
          {breaker}
          {breakerSince && (
            <>
              , since <Time at={breakerSince} />
            </>
          )}
        </Fact>
        <Fact label="Repeats">
          {repeats === 0
            ? "no second effect that could not be ruled out"
            : counted(
                repeats,
                "second effect could not be ruled out",
                "second effects could not be ruled out",
              )}
        </Fact>
      </dl>
    </details>
  );
}
