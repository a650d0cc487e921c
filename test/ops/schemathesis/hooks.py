"""What schemathesis is told beside its command line."""

import itertools
import json
import os

import schemathesis
from requests.adapters import HTTPAdapter

# Tokens of other scopes, and of one account. Without them every request has the one that may all.
tokens = itertools.cycle(json.loads(os.environ.get("WAYPOST_TOKENS", "[null]")))


@schemathesis.hook
def before_call(context, case, kwargs):
    token = next(tokens)
    if token is not None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


# A tail has no end: schemathesis reads it up to its first event, or until nothing has come for so long.
TAIL_SECONDS = 0.3
send = HTTPAdapter.send


def send_and_hurry(self, request, **kwargs):
    response = send(self, request, **kwargs)
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response.raw.connection.sock.settimeout(TAIL_SECONDS)
    return response


HTTPAdapter.send = send_and_hurry


@schemathesis.check
def tail_is_of_events(ctx, response, case):
    """Which the document cannot say: a tail is frames, each an event and its id."""
    if case.operation.definition.raw.get("operationId") != "streamEvents" or response.status_code != 200:
        return
    assert response.headers["content-type"][0].startswith("text/event-stream")
    frames = response.content.decode().split("\n\n")
    if frames == [""]:
        return  # Nothing came in time.
    assert frames[0].startswith("retry: "), frames[0]
    assert frames[-1] == "", "a frame was cut"
    for frame in frames[1:-1]:
        if frame.startswith(":"):
            continue
        lines = dict(line.split(": ", 1) for line in frame.split("\n"))
        event = json.loads(lines["data"])
        assert lines["event"] == "event" and lines["id"] == event["id"], frame
        assert {"specversion", "id", "type", "source", "time", "data"} <= event.keys(), frame
        wanted = (case.query or {}).get("account")
        account = event["data"]["account"]
        assert wanted is None or wanted in (account.get("phoneNumberId"), account.get("wabaId"))
        told["tails"] += 1


told = {"tails": 0}


@schemathesis.hook
def after_call(context, case, response):
    """How many events of tails were looked at: a run in which there was none has shown nothing of them."""
    with open(os.environ["WAYPOST_TOLD"], "w", encoding="utf-8") as file:
        json.dump(told, file)


@schemathesis.check
def refusal_says_why(ctx, response, case):
    """A cursor, a name or a time can fit the contract and mean nothing: then the answer names the place."""
    if response.status_code == 400:
        errors = response.json().get("errors") or []
        assert errors, "a 400 names no parameter and no place"
        assert all(each.get("reason") for each in errors)
